Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

<#
.SYNOPSIS
Runs a program, passes its output on line by line, and throws unless its exit code is allowed.
.DESCRIPTION
In a pipeline, PowerShell also waits for graphical programs such as msiexec.exe, which it would otherwise only start.
.PARAMETER OutputOnly
For output that is parsed: standard error, such as warnings, appears in the exception only and is not passed on.
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
    # Windows PowerShell turns standard error into error records: under 'Stop' the first line would end the program.
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
    # Packer uses this value as the script's exit code.
    $global:LASTEXITCODE = 0
    if ($AllowedExitCode -notcontains $exitCode) {
        throw "$(Split-Path -Path $FilePath -Leaf) $($ArgumentList -join ' ') exited with ${exitCode}: $($last.ToArray() -join ' ')"
    }
}

<#
.SYNOPSIS
Starts a program without waiting for it. HasExited and ExitCode of the returned process give its result.
#>
function Start-Native {
    [CmdletBinding()]
    [OutputType([System.Diagnostics.Process])]
    param(
        [Parameter(Mandatory)][string]$FilePath,
        [Parameter(Mandatory)][string[]]$ArgumentList
    )
    $process = Start-Process -FilePath $FilePath -ArgumentList $ArgumentList -WindowStyle Hidden -PassThru
    # Windows PowerShell keeps the exit code only if the handle was read while the process was running.
    [void]$process.Handle
    $process
}

<#
.SYNOPSIS
Runs a script block until it succeeds, with pauses that double. Rethrows the exception of the last attempt.
.PARAMETER FinalPattern
Matches messages of exceptions that another attempt would only repeat.
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
