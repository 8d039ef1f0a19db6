Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$memoryKey = 'HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management'
# What Wine has there.
$ofWine = 'C:\pagefile.sys 27 77'
# What each page file takes of the disk according to Windows, in MiB. The model's files are small.
$allocated = [uint32]1024

<#
.SYNOPSIS
Makes the page file of a start, as the registry wants it. Windows' default is one of its own choice. One from before
stays, also without use.
#>
function Set-PageFile {
    [CmdletBinding()]
    param()
    $wanted = @([Microsoft.Win32.Registry]::GetValue($memoryKey, 'PagingFiles', $ofWine))
    if ("$wanted" -eq $ofWine) {
        $wanted = @('?:\pagefile.sys')
        [Microsoft.Win32.Registry]::SetValue($memoryKey, 'PagingFiles', [string[]]$wanted, 'MultiString')
    }
    $paths = @($wanted | Where-Object { $_ } | ForEach-Object { ($_ -replace '^\?:', 'C:') -replace '(\s+\d+)+\s*$' })
    Update-MachineState {
        param($state)
        $state.pageFiles = $paths
    }
    foreach ($path in $paths) {
        if (-not [System.IO.Directory]::Exists($path)) {
            [System.IO.File]::WriteAllBytes($path, [byte[]]::new(4096))
        }
    }
}

<#
.SYNOPSIS
Returns the page files of this start.
#>
function Get-PageFileUsage {
    [CmdletBinding()]
    param()
    foreach ($path in @((Get-MachineState)['pageFiles'] | Where-Object { $_ })) {
        [pscustomobject]@{ Name = $path; AllocatedBaseSize = $allocated }
    }
}

<#
.SYNOPSIS
Writes the log of the set-up of an image's first start, in which the programs of the answer file's passes take turns.
#>
function Write-SetupLog {
    [CmdletBinding()]
    param()
    [void][System.IO.Directory]::CreateDirectory('C:\Windows\Panther\UnattendGC')
    $began = [datetime]::Now
    $lines = foreach ($turn in @(@('windeploy.exe', 0), @('oobeldr.exe', 4), @('oobeldr.exe', 31), @('windeploy.exe', 35))) {
        '{0:yyyy-MM-dd HH:mm:ss}, Info                  [{1}] {1} goes on' -f $began.AddSeconds($turn[1]), $turn[0]
    }
    [System.IO.File]::WriteAllLines('C:\Windows\Panther\UnattendGC\setupact.log', [string[]]$lines)
}

Export-ModuleMember -Function Get-PageFileUsage, Set-PageFile, Write-SetupLog
