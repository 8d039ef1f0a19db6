Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$startTypes = @{ Auto = 'Automatic'; Manual = 'Manual'; Disabled = 'Disabled' }

function Get-Service {
    [CmdletBinding()]
    param(
        [Parameter(Position = 0, ValueFromPipeline)][string[]]$Name = @('*'),
        [switch]$DependentServices,
        [switch]$RequiredServices
    )
    process {
        if ((Test-Refusal -Cmdlet $PSCmdlet -Name $Name) -or $DependentServices -or $RequiredServices) {
            return
        }
        Import-RegisteredService
        $services = (Get-MachineState).services
        foreach ($pattern in $Name) {
            $found = @($services.Keys | Where-Object { $_ -like $pattern })
            if ($found.Count -eq 0 -and -not [WildcardPattern]::ContainsWildcardCharacters($pattern)) {
                Write-CmdletError -Cmdlet $PSCmdlet -Message "Cannot find any service with service name '$pattern'." -Id 'NoServiceFoundForGivenName' -Category ObjectNotFound -Target $pattern
            }
            $found | ForEach-Object { New-ServiceObject -Name $_ -Service $services[$_] }
        }
    }
}

function Start-Service {
    [CmdletBinding()]
    param([Parameter(Position = 0, Mandatory, ValueFromPipelineByPropertyName)][Alias('ServiceName')][string[]]$Name, [switch]$PassThru)
    process {
        foreach ($one in $Name) {
            if (Test-Refusal -Cmdlet $PSCmdlet -Name $one) {
                continue
            }
            $service = Find-Service -Cmdlet $PSCmdlet -Name $one
            if ($service -and $service.startMode -eq 'Disabled') {
                Write-CmdletError -Cmdlet $PSCmdlet -Message "Service '$one ($one)' cannot be started due to the following error: Cannot start service '$one' on computer '.'." -Id 'CouldNotStartService' -Category OpenError
            }
            elseif ($service) {
                Switch-Service -Name $one -Status Running
            }
            if ($PassThru) {
                Get-Service -Name $one
            }
        }
    }
}

function Stop-Service {
    [CmdletBinding()]
    param([Parameter(Position = 0, Mandatory, ValueFromPipelineByPropertyName)][Alias('ServiceName')][string[]]$Name, [switch]$Force, [switch]$NoWait, [switch]$PassThru)
    process {
        foreach ($one in $Name) {
            if (-not (Test-Refusal -Cmdlet $PSCmdlet -Name $one) -and (Find-Service -Cmdlet $PSCmdlet -Name $one)) {
                Switch-Service -Name $one -Status Stopped
            }
        }
    }
}

function Restart-Service {
    [CmdletBinding()]
    param([Parameter(Position = 0, Mandatory, ValueFromPipelineByPropertyName)][Alias('ServiceName')][string[]]$Name, [switch]$Force, [switch]$PassThru)
    process {
        foreach ($one in $Name) {
            if (-not (Test-Refusal -Cmdlet $PSCmdlet -Name $one) -and (Find-Service -Cmdlet $PSCmdlet -Name $one)) {
                Switch-Service -Name $one -Status Stopped
                Switch-Service -Name $one -Status Running
            }
        }
    }
}

function Set-Service {
    [CmdletBinding()]
    param(
        [Parameter(Position = 0, Mandatory, ValueFromPipelineByPropertyName)][Alias('ServiceName')][string]$Name,
        [string]$StartupType,
        [string]$DisplayName,
        [string]$Status
    )
    process {
        if ((Test-Refusal -Cmdlet $PSCmdlet -Name $Name) -or -not (Find-Service -Cmdlet $PSCmdlet -Name $Name)) {
            return
        }
        Update-MachineState {
            param($state)
            if ($StartupType) {
                $state.services[$Name].startMode = $StartupType -replace '^Automatic(DelayedStart)?$', 'Auto'
            }
            if ($DisplayName) {
                $state.services[$Name].displayName = $DisplayName
            }
        }
        if ($Status) {
            Switch-Service -Name $Name -Status $Status
        }
    }
}

function New-Service {
    [CmdletBinding()]
    param(
        [Parameter(Position = 0, Mandatory)][string]$Name,
        [Parameter(Position = 1, Mandatory)][string]$BinaryPathName,
        [string]$DisplayName = $Name,
        [string]$Description = '',
        [ValidateSet('Automatic', 'AutomaticDelayedStart', 'Manual', 'Disabled')][string]$StartupType = 'Automatic',
        [string[]]$DependsOn
    )
    if (Test-Refusal -Cmdlet $PSCmdlet -Name $Name) {
        return
    }
    if ((Get-MachineState).services.ContainsKey($Name)) {
        Write-CmdletError -Cmdlet $PSCmdlet -Message "Service '$DisplayName ($Name)' cannot be created due to the following error: The specified service already exists." -Id 'CouldNotNewService' -Category PermissionDenied -Target $Name
        return
    }
    Update-MachineState {
        param($state)
        $state.services[$Name] = @{ displayName = $DisplayName; binaryPath = $BinaryPathName; startMode = $StartupType -replace '^Automatic.*$', 'Auto'; status = 'Stopped' }
    }
    Get-Service -Name $Name
}

<#
.SYNOPSIS
Returns the Win32_Service objects of the machine.
.PARAMETER Filter
Comparisons by = or LIKE, joined by AND, as in `Name = 'containerd'`.
#>
function Get-ServiceInstance {
    [CmdletBinding()]
    param([string]$Filter = '')
    Import-RegisteredService
    $services = (Get-MachineState).services
    $instances = foreach ($name in $services.Keys) {
        $service = $services[$name]
        [pscustomobject]@{
            Name = $name; DisplayName = $service.displayName; PathName = $service.binaryPath; StartMode = $service.startMode
            State = $service.status; Started = $service.status -eq 'Running'; Status = 'OK'
        }
    }
    foreach ($condition in @($Filter -split '\s+and\s+' | Where-Object { $_ })) {
        if ($condition -notmatch "^\s*(?<property>\w+)\s*(?<operator>=|like)\s*['""](?<value>.*)['""]\s*$") {
            throw 'Invalid query '
        }
        $property, $pattern = $Matches['property'], $Matches['value'].Replace('%', '*')
        $instances = $instances | Where-Object { $_.$property -like $pattern }
    }
    $instances
}

function New-ServiceObject {
    param($Name, $Service)
    [pscustomobject]@{
        Name        = $Name
        ServiceName = $Name
        DisplayName = $Service.displayName
        Status      = [System.ServiceProcess.ServiceControllerStatus]$Service.status
        StartType   = [System.ServiceProcess.ServiceStartMode]$startTypes[$Service.startMode]
    }
}

function Find-Service {
    param($Cmdlet, [string]$Name)
    Import-RegisteredService
    $service = (Get-MachineState).services[$Name]
    if (-not $service) {
        Write-CmdletError -Cmdlet $Cmdlet -Message "Cannot find any service with service name '$Name'." -Id 'NoServiceFoundForGivenName' -Category ObjectNotFound -Target $Name
    }
    $service
}

<#
.SYNOPSIS
Makes a service run or stop. containerd's really does: its service is running before containerd answers.
#>
function Switch-Service {
    [CmdletBinding()]
    param([Parameter(Mandatory)][string]$Name, [Parameter(Mandatory)][string]$Status)
    $service = (Get-MachineState).services[$Name]
    if ($service.binaryPath -match '\\containerd\.exe"?( |$)') {
        Switch-Containerd -CommandLine $service.binaryPath -Status $Status
    }
    Update-MachineState {
        param($state)
        $state.services[$Name].status = if ($service['falters']) { 'Stopped' } else { $Status }
    }
}

function Switch-Containerd {
    param([string]$CommandLine, [string]$Status)
    $running = @(Microsoft.PowerShell.Management\Get-Process -Name containerd -ErrorAction Ignore)
    if ($Status -eq 'Stopped') {
        $running | ForEach-Object { $_.Kill(); [void]$_.WaitForExit(10000) }
        return
    }
    if ($running.Count -gt 0) {
        return
    }
    $program, $arguments = Split-CommandLine -CommandLine $CommandLine
    # Without a service manager: containerd as a service wants a console of its own.
    Start-Apart -FilePath $program -ArgumentList ($arguments -replace '\s*--run-service\b') -Log containerd
}

# A program registers a service of its own with Wine, which knows the registry's ones. From then on it is the model's.
function Import-RegisteredService {
    $known = (Get-MachineState).services
    $registered = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey('SYSTEM\CurrentControlSet\Services', $true)
    foreach ($name in $registered.GetSubKeyNames()) {
        if ($known.ContainsKey($name)) {
            continue
        }
        $key = $registered.OpenSubKey($name, $true)
        $path = "$($key.GetValue('ImagePath'))"
        if ($path -match '^"?C:\\(?!windows\\)') {
            # Wine would start it by itself at its next start.
            $key.SetValue('Start', 3, 'DWord')
            Update-MachineState {
                param($state)
                $state.services[$name] = @{ displayName = "$($key.GetValue('DisplayName'))"; binaryPath = $path; startMode = 'Auto'; status = 'Stopped' }
            }
        }
        $key.Dispose()
    }
    $registered.Dispose()
}

Export-ModuleMember -Function Get-Service, Start-Service, Stop-Service, Restart-Service, Set-Service, New-Service, Get-ServiceInstance, Switch-Service
