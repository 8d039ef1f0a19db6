Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module -Name "$env:WORK_DIRECTORY\modules\EksWindowsImages\EksWindowsImages.psd1"

# After the restart that follows 60-custom, which was without a page file: deletes the old one and gives its setting back,
# so that a node makes a page file that suits its memory. EBS does not hear of a deletion: blocks that were written before
# stay in the snapshot.
Invoke-Step -Name '65-page-file' -FailureClass 'provision' -Script {
    Restore-PageFile
    $files = @(Get-PageFileSetting)
    "A node makes $($files.Count) page files at its first start: $($files -join ', ')"
}
