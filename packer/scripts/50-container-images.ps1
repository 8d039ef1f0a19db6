Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module -Name "$env:WORK_DIRECTORY\modules\EksWindowsImages\EksWindowsImages.psd1"

# Container images that nodes shall not have to download, and the pause image, which no node can do without: on assemble ours, on layer AWS's,
# whose name (amazonaws.com/eks/pause-windows) is of no registry. A node that loses it cannot pull it again.
Invoke-Step -Name '50-container-images' -FailureClass 'provision' -Script {
    $images = @()
    if ((Get-Setting 'RECIPE_KIND') -eq 'assemble') {
        $pause = Get-Artifact -Name 'pause'
        $images += Add-ContainerImage -Reference $pause.reference -Digest $pause.digest
    }
    else {
        $pause = (Get-ContainerdSetting).SandboxImage
        Invoke-WithRetry -Activity 'Asking containerd' -DelaySeconds 5 -Script { Protect-ContainerImage -Reference $pause }
        $images += Get-ContainerImage -Reference $pause
    }
    foreach ($reference in @(Get-ListSetting 'CONTAINER_IMAGES')) {
        $images += Add-ContainerImage -Reference $reference
    }
    # What a base of EKS has cached stays as it is.
    $images += @(Get-CachedImage -Besides @($images | ForEach-Object { $_.name }))
    Save-Json -Path (Get-WorkPath 'output\images.json') -Value $images
    $images | ForEach-Object { "$($_.name) is $($_.digest)." }
}
