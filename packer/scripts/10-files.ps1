Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module -Name "$env:WORK_DIRECTORY\modules\EksWindowsImages\EksWindowsImages.psd1"

# Verifies that every upload arrived complete. The checksums are those of each file's base64 text (build.pkr.hcl says
# why). Packer does not upload an empty file, such as .gitkeep, as it is: it runs `echo $null > file`, which leaves a byte
# order mark in Windows PowerShell. So empty files are made here.
Invoke-Step -Name '10-files' -FailureClass 'provision' -Script {
    $sha256 = [System.Security.Cryptography.SHA256]::Create()
    $sumOfNothing = [BitConverter]::ToString($sha256.ComputeHash([byte[]]@())).Replace('-', '')
    $uploads = Get-MapSetting 'UPLOADS'
    foreach ($name in $uploads.Keys) {
        $path = Get-WorkPath $name.Replace('/', '\')
        if ($uploads[$name] -eq $sumOfNothing) {
            New-Item -Path (Split-Path -Path $path -Parent) -ItemType Directory -Force | Out-Null
            [System.IO.File]::WriteAllBytes($path, [byte[]]@())
            continue
        }
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
    $contact = Get-FirstContact
    if ($contact) {
        "AWS's image of this Windows was looked at on $($contact.seen): it was $($contact.image.name)."
    }
    else {
        "Nobody has looked at AWS's image of this Windows yet (npm run first-contact), so what differs from it is only a warning."
    }

    foreach ($directory in 'output', 'downloads') {
        New-Item -Path (Get-WorkPath $directory) -ItemType Directory -Force | Out-Null
    }

    # Records the contents of the base. Later steps compare with it what this build added, and verify that it removed
    # nothing. An empty start type means that the base has no containerd.
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
