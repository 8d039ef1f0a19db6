Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

function Get-WindowsFeature {
    [CmdletBinding()]
    param([Parameter(Position = 0)][string[]]$Name = @('*'))
    if (Test-Refusal -Cmdlet $PSCmdlet -Name $Name) {
        return
    }
    $features = (Get-MachineState).features
    foreach ($pattern in $Name) {
        $features.Keys | Where-Object { $_ -like $pattern } | ForEach-Object {
            [pscustomobject]@{ Name = $_; DisplayName = $_; InstallState = $features[$_]; Installed = $features[$_] -eq 'Installed' }
        }
    }
}

<#
.SYNOPSIS
Installs a feature, which stays pending until the next start of the machine. One whose files are `Removed` fails. One
whose removal waits for the next start stays so.
#>
function Install-WindowsFeature {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)][string]$Name, [switch]$IncludeManagementTools, [switch]$Restart)
    if (Test-Refusal -Cmdlet $PSCmdlet -Name $Name) {
        return
    }
    switch ((Get-MachineState).features[$Name]) {
        'Installed' { return New-Installation -ExitCode NoChangeNeeded }
        { @('InstallPending', 'UninstallPending') -contains $_ } { return New-Installation -ExitCode SuccessRestartRequired -RestartNeeded Yes }
        'Removed' { return New-Installation -ExitCode Failed }
        'Available' {
            Update-MachineState {
                param($state)
                $state.features[$Name] = 'InstallPending'
                $state.pendingRestarts = [math]::Max(1, $state.pendingRestarts)
            }
            Set-MachineRegistry
            return New-Installation -ExitCode SuccessRestartRequired -RestartNeeded Yes
        }
    }
    $complaint = "ArgumentNotValid: The role, role service, or feature name is not valid: '$Name'. The name was not found."
    Write-CmdletError -Cmdlet $PSCmdlet -Message $complaint -Id 'NameDoesNotExist' -Category InvalidArgument
}

<#
.SYNOPSIS
Adds to a state the services that come with its features: those of Containers run on demand.
#>
function Add-ServiceOfFeature {
    [CmdletBinding()]
    param([Parameter(Mandatory)]$State)
    if ($State.features['Containers'] -ne 'Installed') {
        return
    }
    $services = @{ hns = 'Host Network Service'; vmcompute = 'Hyper-V Host Compute Service' }
    foreach ($service in @($services.Keys | Where-Object { -not $State.services.ContainsKey($_) })) {
        $State.services[$service] = @{
            displayName = $services[$service]; binaryPath = 'C:\Windows\system32\svchost.exe -k netsvcs -p'; startMode = 'Manual'; status = 'Stopped'
        }
    }
}

function New-Installation {
    param([string]$ExitCode, [string]$RestartNeeded = 'No')
    [pscustomobject]@{ Success = $ExitCode -ne 'Failed'; ExitCode = $ExitCode; RestartNeeded = $RestartNeeded; FeatureResult = @() }
}

Export-ModuleMember -Function Get-WindowsFeature, Install-WindowsFeature, Add-ServiceOfFeature
