Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module -Name "$env:WORK_DIRECTORY\modules\EksWindowsImages\EksWindowsImages.psd1"

# Runs on AWS's EKS image. Uploads what plain Windows lacks to the user's bucket, each file under its SHA-256. The
# manifest comes last, so that everything it names exists. This machine has never been bootstrapped and contains nothing
# of a cluster.
Invoke-Step -Name '10-harvest' -FailureClass 'provision' -Script {
    $bucket = Get-Setting 'HARVEST_URL'
    New-Item -Path (Get-WorkPath 'output') -ItemType Directory -Force | Out-Null
    $setup = Get-EksSetup
    "csi-proxy: $($setup.eks.csiProxyProgram), run by $($setup.eks.csiProxyService); tasks: $($setup.eks.tasks -join ', ')."
    $setupFile = Get-WorkPath 'output\eks.json'
    Save-Json -Path $setupFile -Value $setup

    # The present path of each file, by its path in the assembled image.
    $sources = [ordered]@{}
    foreach ($path in @(Get-HarvestedPath -CsiProxy $setup.eks.csiProxyProgram)) {
        $sources[$path] = $path
    }
    $sources[(Get-EksSetupPath)] = $setupFile

    $files = @()
    foreach ($path in $sources.Keys) {
        $source = Get-Item -LiteralPath $sources[$path] -Force
        $file = [pscustomobject]@{ path = $path; sha256 = Get-Sha256 -Path $source.FullName; bytes = $source.Length }
        Publish-File -Path $source.FullName -Url "$bucket/files/$($file.sha256)"
        "$path is $($file.sha256)."
        $files += $file
    }

    $manifest = Get-WorkPath 'output\manifest.json'
    Save-HarvestManifest -File $files -Recipe (Get-Setting 'HARVEST_RECIPE') -Path $manifest
    Publish-File -Path $manifest -Url "$bucket/manifest.json"
    "$($files.Count) files are harvested; the manifest is $(Get-Sha256 -Path $manifest)."
}
