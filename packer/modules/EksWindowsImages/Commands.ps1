Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

<#
.SYNOPSIS
Runs a program, passes its output on line by line, and throws unless it exits with an allowed code.
.DESCRIPTION
In a pipeline PowerShell waits for programs of the graphical kind too, such as msiexec.exe, which it would otherwise only start.
.PARAMETER OutputOnly
For output that is read: what the program writes to standard error, such as warnings, is kept for the exception and not passed on.
#>
function Invoke-Native {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)][string]$FilePath,
        [string[]]$ArgumentList = @(),
        [int[]]$AllowedExitCode = @(0),
        [switch]$OutputOnly
    )
    if (-not (Get-Command -Name $FilePath -CommandType Application -ErrorAction SilentlyContinue)) {
        throw "There is no program $FilePath."
    }
    # Windows PowerShell makes error records of what a program writes to standard error: under 'Stop' its first line would end the program.
    $ErrorActionPreference = 'Continue'
    $last = New-Object -TypeName 'System.Collections.Generic.Queue[string]'
    & $FilePath @ArgumentList 2>&1 | ForEach-Object {
        $line = "$_"
        $last.Enqueue($line)
        if ($last.Count -gt 5) {
            [void]$last.Dequeue()
        }
        if (-not ($OutputOnly -and $_ -is [System.Management.Automation.ErrorRecord])) {
            $line
        }
    }
    $exitCode = $LASTEXITCODE
    # Packer ends a script with what it finds here.
    $global:LASTEXITCODE = 0
    if ($AllowedExitCode -notcontains $exitCode) {
        throw "$(Split-Path -Path $FilePath -Leaf) $($ArgumentList -join ' ') exited with ${exitCode}: $($last.ToArray() -join ' ')"
    }
}

<#
.SYNOPSIS
Starts a program and does not wait for it. Its HasExited and ExitCode say what became of it.
#>
function Start-Native {
    [CmdletBinding()]
    [OutputType([System.Diagnostics.Process])]
    param(
        [Parameter(Mandatory)][string]$FilePath,
        [Parameter(Mandatory)][string[]]$ArgumentList
    )
    $process = Start-Process -FilePath $FilePath -ArgumentList $ArgumentList -WindowStyle Hidden -PassThru
    # Windows PowerShell knows the exit code only of a process whose handle was asked for while it ran.
    [void]$process.Handle
    $process
}

<#
.SYNOPSIS
Runs a script block until it does not throw, with pauses that double; throws what the last attempt threw.
.PARAMETER FinalPattern
What an exception says that another attempt would only say again.
#>
function Invoke-WithRetry {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)][string]$Activity,
        [Parameter(Mandatory)][scriptblock]$Script,
        [string]$FinalPattern = '(?!)',
        [int]$MaximumAttempts = 4,
        [int]$DelaySeconds = 15
    )
    for ($attempt = 1; $true; $attempt++) {
        try {
            return & $Script
        }
        catch {
            if ($attempt -ge $MaximumAttempts -or $_.Exception.Message -match $FinalPattern) {
                throw
            }
            Write-Warning "$Activity failed, attempt $attempt of ${MaximumAttempts}: $($_.Exception.Message)"
        }
        Start-Sleep -Seconds ($DelaySeconds * [math]::Pow(2, $attempt - 1))
    }
}
