Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

function Get-CimInstance {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)][string]$ClassName, [string]$Filter = '', [string]$Namespace = 'root/cimv2', [string[]]$Property)
    if (Test-Refusal -Cmdlet $PSCmdlet -Name $ClassName) {
        return
    }
    switch ($ClassName) {
        'Win32_Service' {
            try {
                Get-ServiceInstance -Filter $Filter
            }
            catch {
                Write-CmdletError -Cmdlet $PSCmdlet -Message $_.Exception.Message -Id 'HRESULT 0x80041017' -Category InvalidArgument
            }
        }
        'Win32_QuickFixEngineering' { Get-HotFix }
        'Win32_OperatingSystem' {
            $state = Get-MachineState
            [pscustomobject]@{ Caption = "Microsoft Windows Server $($state.windows) Datacenter"; BuildNumber = $state.osBuild.Split('.')[0]; LastBootUpTime = $state['bootedAt']; TotalVisibleMemorySize = [long]($state['memoryGiB'] ?? 16) * 1MB }
        }
        'Win32_PerfRawData_PerfDisk_PhysicalDisk' {
            $bytes = (Get-MachineState).disk['bytesRead']
            @('0 C:', '_Total') | Where-Object { $null -ne $bytes -and (-not $Filter -or $Filter -eq "Name = '$_'") } | ForEach-Object { [pscustomobject]@{ Name = $_; DiskReadBytesPersec = [uint64]$bytes } }
        }
        'Win32_PageFileUsage' { Get-PageFileUsage }
        default { Write-CmdletError -Cmdlet $PSCmdlet -Message 'Invalid class ' -Id 'HRESULT 0x80041010' -Category MetadataError -Target $ClassName }
    }
}

function Get-HotFix {
    [CmdletBinding()]
    param([Parameter(Position = 0)][string[]]$Id = @('*'))
    if (Test-Refusal -Cmdlet $PSCmdlet -Name $Id) {
        return
    }
    $hotfixes = (Get-MachineState).hotfixes
    foreach ($pattern in $Id) {
        $found = @($hotfixes | Where-Object { $_ -like $pattern })
        if ($found.Count -eq 0 -and $pattern -ne '*') {
            Write-CmdletError -Cmdlet $PSCmdlet -Message 'Cannot find the requested hotfix on the localhost computer. Verify the input and run the command again.' -Id 'GetHotFixNoEntriesFound' -Category ObjectNotFound
        }
        $found | ForEach-Object { [pscustomobject]@{ HotFixID = $_; Description = 'Security Update'; InstalledBy = 'NT AUTHORITY\SYSTEM' } }
    }
}

Export-ModuleMember -Function Get-CimInstance, Get-HotFix
