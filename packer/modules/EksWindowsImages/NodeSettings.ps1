Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# Machine-wide variables of plain Windows. Whoever made the image has set all others.
$variablesOfWindows = @(
    'ComSpec'
    'DriverData'
    'NUMBER_OF_PROCESSORS'
    'OS'
    'Path'
    'PATHEXT'
    'PROCESSOR_ARCHITECTURE'
    'PROCESSOR_IDENTIFIER'
    'PROCESSOR_LEVEL'
    'PROCESSOR_REVISION'
    'PSModulePath'
    'TEMP'
    'TMP'
    'USERNAME'
    'windir'
)

# Keys where kubernetes-sigs/image-builder (ansible/windows) and Azure/AgentBaker (windows_settings.json) set numbers on
# Windows nodes, and that of the event log, whose size and retention are numbers.
$keysOfNodes = @(
    'HKLM:\SYSTEM\CurrentControlSet\Services\hns\State'
    'HKLM:\SYSTEM\CurrentControlSet\Services\VfpExt\Parameters'
    'HKLM:\SYSTEM\CurrentControlSet\Services\wcifs'
    'HKLM:\SYSTEM\CurrentControlSet\Services\EventLog\EKS'
    'HKLM:\SYSTEM\CurrentControlSet\Control\Windows Containers'
    'HKLM:\SYSTEM\CurrentControlSet\Policies\Microsoft\FeatureManagement\Overrides'
    'HKLM:\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate\AU'
    'HKLM:\SOFTWARE\Microsoft\Cryptography\Wintrust\Config'
    'HKLM:\SOFTWARE\WOW6432Node\Microsoft\Cryptography\Wintrust\Config'
)
# What Windows itself writes into the key of a service.
$valuesOfServices = @('ErrorControl', 'Start', 'Tag', 'Type')

$exclusionParameters = @('ExclusionPath', 'ExclusionProcess', 'ExclusionExtension')

<#
.SYNOPSIS
Returns the settings of this machine that a node may depend on, each with kind, name and value: machine-wide variables,
features, numbers in the registry, Defender's exclusions, dynamic ports, and the start modes of services.
.DESCRIPTION
No setting belongs to a single machine: variables of Windows and services of a logged-in user are left out. containerd
is left out, too, because the recipe has its own.
#>
function Get-NodeSetting {
    [CmdletBinding()]
    param()
    $variables = [Environment]::GetEnvironmentVariables('Machine')
    foreach ($name in @($variables.Keys | Where-Object { $variablesOfWindows -notcontains $_ } | Sort-Object)) {
        [pscustomobject]@{ kind = 'environment'; name = $name; value = "$($variables[$name])" }
    }
    foreach ($feature in @(Get-WindowsFeature | Where-Object { @('Installed', 'InstallPending') -contains "$($_.InstallState)" })) {
        [pscustomobject]@{ kind = 'feature'; name = $feature.Name; value = 'installed' }
    }
    foreach ($key in @($keysOfNodes | Where-Object { Test-Path -Path $_ })) {
        $opened = Get-Item -Path $key
        foreach ($name in @($opened.GetValueNames() | Where-Object { $_ -and $valuesOfServices -notcontains $_ } | Sort-Object)) {
            $type = "$($opened.GetValueKind($name))"
            if (@('DWord', 'QWord') -contains $type) {
                [pscustomobject]@{ kind = 'registry'; name = "$key\$name"; value = "$type $($opened.GetValue($name))" }
            }
        }
    }
    if (Get-Command -Name 'Get-MpPreference' -ErrorAction SilentlyContinue) {
        # No preference while Defender does not run.
        foreach ($preference in @(Get-MpPreference -ErrorAction SilentlyContinue)) {
            foreach ($parameter in $exclusionParameters) {
                foreach ($excluded in @($preference.$parameter | Where-Object { $_ } | Sort-Object)) {
                    [pscustomobject]@{ kind = $parameter; name = "$excluded"; value = 'excluded' }
                }
            }
        }
    }
    foreach ($protocol in 'tcp', 'udp') {
        $shown = (Invoke-Native -FilePath 'netsh.exe' -ArgumentList @('interface', 'ipv4', 'show', 'dynamicport', $protocol)) -join ' '
        if ($shown -notmatch ':\s*(\d+)\D.*:\s*(\d+)') {
            throw "netsh.exe states no dynamic ports of ${protocol}: $shown"
        }
        [pscustomobject]@{ kind = 'ports'; name = $protocol; value = "$($Matches[1]) $($Matches[2])" }
    }
    foreach ($service in @(Get-CimInstance -ClassName Win32_Service | Sort-Object -Property Name)) {
        # Windows adds the identifier of a logon to the names of the services of a user.
        if ($service.Name -ne 'containerd' -and $service.Name -notmatch '_[0-9a-f]{4,}$') {
            [pscustomobject]@{ kind = 'service'; name = $service.Name; value = $service.StartMode }
        }
    }
}

<#
.SYNOPSIS
Returns the wanted settings that this machine has not, each with `here`, its value on this machine or empty. A service
that does not exist here is not counted.
#>
function Get-MissingSetting {
    [CmdletBinding()]
    param([Parameter(Mandatory)][AllowEmptyCollection()][object[]]$Wanted)
    $present = @{}
    foreach ($setting in @(Get-NodeSetting)) {
        $present["$($setting.kind) $($setting.name)"] = $setting.value
    }
    foreach ($setting in $Wanted) {
        $here = "$($present["$($setting.kind) $($setting.name)"])"
        if ($here -ne $setting.value -and -not ($setting.kind -eq 'service' -and $here -eq '')) {
            [pscustomobject]@{ kind = $setting.kind; name = $setting.name; value = $setting.value; here = $here }
        }
    }
}

<#
.SYNOPSIS
Describes each wanted setting that this machine has not. Of services only those count that are disabled on one side:
Windows itself changes others from automatic to manual and back.
#>
function Get-SettingLoss {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)][AllowEmptyCollection()][object[]]$Wanted)
    foreach ($setting in @(Get-MissingSetting -Wanted $Wanted)) {
        if ($setting.kind -ne 'service' -or @($setting.here, $setting.value) -contains 'Disabled') {
            "$($setting.kind) $($setting.name) is '$($setting.here)' instead of '$($setting.value)'"
        }
    }
}

<#
.SYNOPSIS
Gives this machine the wanted settings that it has not. A feature may need a restart.
#>
function Install-NodeSetting {
    [CmdletBinding()]
    param([Parameter(Mandatory)][AllowEmptyCollection()][object[]]$Wanted)
    foreach ($setting in @(Get-MissingSetting -Wanted $Wanted)) {
        $words = @($setting.value -split ' ')
        switch ($setting.kind) {
            'environment' {
                [Environment]::SetEnvironmentVariable($setting.name, $setting.value, 'Machine')
            }
            'feature' {
                $installation = Install-WindowsFeature -Name $setting.name
                if (-not $installation.Success) {
                    throw "The feature $($setting.name), which AWS's image has, cannot be installed: $($installation.ExitCode)."
                }
            }
            'registry' {
                $key = Split-Path -Path $setting.name -Parent
                if (-not (Test-Path -Path $key)) {
                    New-Item -Path $key -Force | Out-Null
                }
                Set-ItemProperty -Path $key -Name (Split-Path -Path $setting.name -Leaf) -Value $words[1] -Type $words[0]
            }
            'ports' {
                Invoke-Native -FilePath 'netsh.exe' -ArgumentList @('interface', 'ipv4', 'set', 'dynamicport', $setting.name, "start=$($words[0])", "num=$($words[1])") | Out-Null
            }
            'service' {
                try {
                    Set-Service -Name $setting.name -StartupType ($setting.value -replace '^Auto$', 'Automatic')
                }
                catch {
                    # Windows protects some services even from administrators.
                    Write-Warning "The service $($setting.name) stays $($setting.here): $($_.Exception.Message)"
                }
            }
            default {
                $exclusion = @{ $setting.kind = $setting.name }
                Add-MpPreference @exclusion -ErrorAction Stop
            }
        }
    }
}
