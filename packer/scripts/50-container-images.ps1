Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module -Name "$env:WORK_DIRECTORY\modules\EksWindowsImages\EksWindowsImages.psd1"

# Container images that nodes shall not have to download. Without --hosts-dir ctr ignores the mirrors; without the label kubelet's garbage
# collection may take the images.
Invoke-Step -Name '50-container-images' -FailureClass 'provision' -Script {
    $images = @(foreach ($reference in @(Get-ListSetting 'CONTAINER_IMAGES')) {
        Invoke-Download -What $reference -Script {
            Invoke-Ctr -ArgumentList @('images', 'pull', '--hosts-dir', (Get-ContainerdPath 'certs.d'), $reference) | Out-Null
        }
        Invoke-Ctr -ArgumentList @('images', 'label', $reference, 'io.cri-containerd.pinned=pinned') | Out-Null
        Get-ContainerImage -Reference $reference
    })
    Save-Json -Path (Get-WorkPath 'output\images.json') -Value $images
    $images | ForEach-Object { "$($_.name) is $($_.digest)." }
}
