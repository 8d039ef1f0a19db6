# Makes of this PowerShell one of a Windows Server: every process of a machine runs this first (POWERSHELL_PRELUDE).
# A function goes before a cmdlet of the same name. The modules are global, so that those that are CDXML in Windows do
# not see their caller's $ErrorActionPreference.
# Scripts need these; by their paths they load in half the time that PowerShell takes to look for them.
$own = @($env:PSModulePath -split ';' | Where-Object { $_ -like '*\bin\Modules' })
foreach ($name in 'Management', 'Utility', 'Security') {
    $library = "$own\Microsoft.PowerShell.$name\Microsoft.PowerShell.$name.psd1"
    if ([System.IO.File]::Exists($library)) {
        Import-Module -Name $library -Global
    }
}
foreach ($name in @(
        'Library', 'State', 'Errors', 'Registry', 'Processes', 'Services', 'TaskXml', 'ScheduledTasks', 'TaskService', 'Features'
        'WindowsUpdate', 'Firewall', 'Certificates', 'WsMan', 'Drives', 'Apps', 'Disks', 'PageFiles', 'EventLogs', 'Defender'
        'Network', 'Cim', 'Signatures', 'LaunchAgent', 'Clock', 'Objects'
    )) {
    Import-Module -Name "$PSScriptRoot\$name.psm1" -Global -DisableNameChecking
}
Import-ModelLibrary -Directory $env:MODEL_LIBRARY
Mount-ModelDrive
if (-not $env:MODEL_USER) {
    $env:MODEL_USER = 'Administrator'
}
# The model's programs go before Wine's. The modules are those of the machine's disk and PowerShell's own.
$env:Path = "C:\windows-model\programs;$env:Path"
$env:PSModulePath = @("$PSScriptRoot\modules", "$env:ProgramFiles\WindowsPowerShell\Modules") + $own -join ';'
if ($env:MODEL_COVERAGE) {
    [ScriptCoverage]::Start($env:MODEL_COVERAGE)
}
if ($env:MODEL_ENDING) {
    [Ending]::Keep($env:MODEL_ENDING)
    # It is this process's own.
    $env:MODEL_ENDING = $null
}
