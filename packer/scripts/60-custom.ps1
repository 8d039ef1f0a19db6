Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module -Name "$env:WORK_DIRECTORY\modules\EksWindowsImages\EksWindowsImages.psd1"

# Runs the custom scripts, packer/custom/*.ps1, in order of name, as SYSTEM. Each runs in its own process and fails by
# throwing or with its exit code; 3010 asks for a restart. Packer always restarts the machine afterwards.
Invoke-Step -Name '60-custom' -FailureClass 'provision' -Script {
    $env:CUSTOM_FILES = Get-WorkPath 'custom\files'
    $scripts = @(Get-ChildItem -Path (Get-WorkPath 'custom') -Filter '*.ps1' -File | Sort-Object -Property Name)
    foreach ($script in $scripts) {
        "Running $($script.Name)"
        Invoke-Native -FilePath 'powershell.exe' -ArgumentList @('-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-File', $script.FullName) -AllowedExitCode 0, 3010
    }
    if ($scripts.Count -gt 0) {
        Save-WantedSetting -By 'Custom scripts'
    }
    Save-Json -Path (Get-WorkPath 'output\custom.json') -Value @($scripts | ForEach-Object { [pscustomobject]@{ name = $_.Name; sha256 = Get-Sha256 -Path $_.FullName } })
    # The restart that follows is the last one.
    Disable-PageFile
    "$($scripts.Count) custom scripts ran."
}
