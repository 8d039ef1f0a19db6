Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module -Name "$env:WORK_DIRECTORY\modules\EksWindowsImages\EksWindowsImages.psd1"

# Pulls container images so that nodes need not, and pins the pause image, which every node needs. On assemble it comes
# from versions.json, on layer from AWS under a name that belongs to no registry (amazonaws.com/eks/pause-windows): a
# node that loses it cannot pull it again.
Invoke-Step -Name '50-container-images' -FailureClass 'provision' -Script {
    $images = @()
    if ((Get-Setting 'RECIPE_KIND') -eq 'assemble') {
        $pause = Get-Artifact -Name 'pause'
        $images += Add-ContainerImage -Reference $pause.reference -Digest $pause.digest
    }
    else {
        $pause = (Get-ContainerdSetting).SandboxImage
        Invoke-WithRetry -Activity 'Asking containerd' -DelaySeconds 5 -Script { Protect-ContainerImage -Reference $pause }
        $image = Get-ContainerImage -Reference $pause
        if (-not $image.unpacked) {
            throw "The base's pause image $pause is not unpacked, so no pod could start."
        }
        $images += $image
    }
    foreach ($reference in @(Get-ListSetting 'CONTAINER_IMAGES')) {
        $images += Add-ContainerImage -Reference $reference
    }
    # Images that an EKS base has cached stay.
    $images += @(Get-CachedImage -Besides @($images | ForEach-Object { $_.name }))
    Save-Json -Path (Get-WorkPath 'output\images.json') -Value $images
    Remove-CompressedLayer
    $images | ForEach-Object { "$($_.name) is $($_.digest)." }
}
