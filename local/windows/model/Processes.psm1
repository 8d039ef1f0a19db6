Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# What a process keeps of its starter's environment although Windows starts it afresh: what the model itself needs.
$kept = '^(GODEBUG|POWERSHELL_PRELUDE|MODEL_.*|WINDOWS_.*|PROGRAM_.*|PSModulePath|DOTNET_.*|WINE.*|Path|HOMEDRIVE|HOMEPATH|USER.*|Program(Data|Files|W6432).*|CommonProgram.*|ALLUSERSPROFILE|PUBLIC|SystemDrive|SystemRoot|COMPUTERNAME|.*APPDATA|TEMP|TMP)$'

<#
.SYNOPSIS
Returns the processes of Windows, among them those of the state: servicing that has not ended, and sysprep.
.DESCRIPTION
The state's `processes` says of a name how many more times it is found; -1 is for ever. A text says it of each look:
1 is found, 0 is not.
#>
function Get-Process {
    [CmdletBinding(DefaultParameterSetName = 'Name')]
    param(
        [Parameter(Position = 0, ParameterSetName = 'Name')][string[]]$Name,
        [Parameter(Mandatory, ParameterSetName = 'Id')][int[]]$Id
    )
    foreach ($one in @($Name | Where-Object { $_ })) {
        $left = (Get-MachineState).processes[$one]
        if ($left) {
            Update-MachineState {
                param($state)
                $state.processes[$one] = if ($left -is [string]) { $left.Substring(1) } else { [math]::Max(-1, $left - [int]($left -gt 0)) }
            }
            if ("$left"[0] -eq '0') {
                continue
            }
            [pscustomobject]@{ Name = $one; ProcessName = $one; Id = 4242; HasExited = $false }
            $Name = @($Name | Where-Object { $_ -ne $one })
            if ($Name.Count -eq 0) {
                return
            }
            $PSBoundParameters['Name'] = $Name
        }
    }
    Microsoft.PowerShell.Management\Get-Process @PSBoundParameters
}

<#
.SYNOPSIS
Splits a command line into the program, which may be in quotation marks, and its arguments.
#>
function Split-CommandLine {
    [CmdletBinding()]
    [OutputType([string[]])]
    param([Parameter(Mandatory)][string]$CommandLine)
    if ($CommandLine -notmatch '^\s*("(?<program>[^"]+)"|(?<program>.+?\.exe)(?= |$)|(?<program>\S+))\s*(?<arguments>.*)$') {
        throw "This is no command line: $CommandLine"
    }
    $Matches['program']
    $Matches['arguments']
}

<#
.SYNOPSIS
Starts a program that outlives this process and holds none of its streams open.
.PARAMETER Log
The name of the file in C:\windows-model that gets its output.
#>
function Start-Apart {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)][string]$FilePath,
        [Parameter(Mandatory)][AllowEmptyString()][string]$ArgumentList,
        [Parameter(Mandatory)][string]$Log
    )
    # Wine starts a program of Linux too, whose shell can let go of every stream.
    $start = [System.Diagnostics.ProcessStartInfo]::new('Z:\bin\bash')
    $start.UseShellExecute = $false
    foreach ($argument in @("$PSScriptRoot\start-apart.sh".Substring(2).Replace('\', '/'), $Log, $FilePath) + @($ArgumentList -split ' ' -ne '')) {
        $start.ArgumentList.Add($argument)
    }
    Set-MachineEnvironment -Start $start
    $name = [System.IO.Path]::GetFileNameWithoutExtension($FilePath)
    # Of a program of Linux .NET gets no process to wait for.
    [void][System.Diagnostics.Process]::Start($start)
    for ($look = 0; $look -lt 500; $look++) {
        if (@(Microsoft.PowerShell.Management\Get-Process -Name $name -ErrorAction Ignore).Count -gt 0) {
            return
        }
        [System.Threading.Thread]::Sleep(20)
    }
}

<#
.SYNOPSIS
Gives a process the environment that the machine gives to a service or a task: nothing of its starter's.
.PARAMETER User
SYSTEM or Administrator.
#>
function Set-MachineEnvironment {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)][System.Diagnostics.ProcessStartInfo]$Start,
        [string]$User = 'SYSTEM'
    )
    foreach ($name in @($Start.Environment.Keys | Where-Object { $_ -notmatch $kept })) {
        [void]$Start.Environment.Remove($name)
    }
    $machine = [Environment]::GetEnvironmentVariables('Machine')
    foreach ($name in $machine.Keys) {
        if ($name -ne 'Path') {
            $Start.Environment[$name] = [Environment]::ExpandEnvironmentVariables($machine[$name])
        }
    }
    $Start.Environment['Path'] = [Environment]::ExpandEnvironmentVariables([Environment]::GetEnvironmentVariable('Path', 'Machine'))
    $Start.Environment['MODEL_USER'] = $User
}

Export-ModuleMember -Function Get-Process, Split-CommandLine, Start-Apart, Set-MachineEnvironment
