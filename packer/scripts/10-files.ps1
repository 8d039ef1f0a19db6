Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module -Name "$env:WORK_DIRECTORY\modules\EksWindowsImages\EksWindowsImages.psd1"

# Everything that was uploaded is here and whole. Sums are over the base64 text of each file (build.pkr.hcl says why).
Invoke-Step -Name '10-files' -FailureClass 'provision' -Script {
    $sha256 = [System.Security.Cryptography.SHA256]::Create()
    $uploads = Get-MapSetting 'UPLOADS'
    foreach ($name in $uploads.Keys) {
        $path = Get-WorkPath $name.Replace('/', '\')
        if (-not (Test-Path -Path $path -PathType Leaf)) {
            throw "$name was not uploaded."
        }
        $base64 = [Convert]::ToBase64String([System.IO.File]::ReadAllBytes($path))
        $sum = [BitConverter]::ToString($sha256.ComputeHash([System.Text.Encoding]::ASCII.GetBytes($base64))).Replace('-', '')
        if ($sum -ne $uploads[$name]) {
            throw (New-FailureException -FailureClass 'download' -Message "$name did not arrive whole.")
        }
    }
    "$($uploads.Count) files arrived."

    foreach ($directory in 'output', 'downloads') {
        New-Item -Path (Get-WorkPath $directory) -ItemType Directory -Force | Out-Null
    }

    # What the base brought along, to tell later what this build added, and that it took nothing away. No start type says that the base has no
    # containerd.
    $base = [ordered]@{
        osBuild             = "$(Get-OsBuild)"
        installedUpdates    = @(Get-InstalledUpdate)
        containerdStartType = "$(Get-Service -Name containerd -ErrorAction SilentlyContinue | ForEach-Object { $_.StartType })"
        eksFiles            = @(Get-EksFile)
        eks                 = Get-EksState
    }
    Save-Json -Path (Get-WorkPath 'output\base.json') -Value $base
    "The base is Windows build $($base.osBuild), with $($base.eksFiles.Count) files of EKS."
}
