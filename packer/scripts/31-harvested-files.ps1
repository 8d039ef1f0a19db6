Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module -Name "$env:WORK_DIRECTORY\modules\EksWindowsImages\EksWindowsImages.psd1"

# Installs the files that AWS publishes only in its EKS images. They come from the bucket that a harvest filled
# (harvest/), with the credentials of the instance's role. The manifest must match the build's order, and each file must
# match the manifest.
Invoke-Step -Name '31-harvested-files' -FailureClass 'provision' -Script {
    $harvest = Get-Setting 'HARVEST_URL'
    $manifest = Get-WorkPath 'downloads\manifest.json'
    Get-VerifiedFile -Url "$harvest/manifest.json" -Checksum (Get-Setting 'HARVEST_MANIFEST') -Path $manifest

    $files = @((Read-Json -Path $manifest).files)
    foreach ($file in $files) {
        New-Item -Path (Split-Path -Path $file.path -Parent) -ItemType Directory -Force | Out-Null
        Get-VerifiedFile -Url "$harvest/files/$($file.sha256)" -Checksum $file.sha256 -Path $file.path
        Add-ReportedBinary -Path $file.path -Version '' -From 'harvest'
        "$($file.path) is in place."
    }
    "$($files.Count) files of AWS's EKS image are in place."
}
