Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module -Name "$env:WORK_DIRECTORY\modules\EksWindowsImages\EksWindowsImages.psd1"

# Container images that nodes shall not have to download, and on assemble the pause image, which no node can do without.
Invoke-Step -Name '50-container-images' -FailureClass 'provision' -Script {
    $images = @()
    if ((Get-Setting 'RECIPE_KIND') -eq 'assemble') {
        $pause = Get-Artifact -Name 'pause'
        $images += Add-ContainerImage -Reference $pause.reference -Digest $pause.digest
    }
    foreach ($reference in @(Get-ListSetting 'CONTAINER_IMAGES')) {
        $images += Add-ContainerImage -Reference $reference
    }
    Save-Json -Path (Get-WorkPath 'output\images.json') -Value $images
    $images | ForEach-Object { "$($_.name) is $($_.digest)." }
}
