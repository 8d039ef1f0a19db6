Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

<#
.SYNOPSIS
Runs a program, passes its output on line by line, and throws unless its exit code is allowed. The exception's message
begins with the exit code and the last output; the arguments, which may be long, come last.
.DESCRIPTION
In a pipeline, PowerShell also waits for graphical programs such as msiexec.exe, which it would otherwise only start.
.PARAMETER OutputOnly
For output that is parsed or secret: standard error is not passed on, and the exception has nothing but standard error.
.PARAMETER InputText
ASCII text for standard input.
#>
function Invoke-Native {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)][string]$FilePath,
        [string[]]$ArgumentList = @(),
        [int[]]$AllowedExitCode = @(0),
        [switch]$OutputOnly,
        [string]$InputText = ''
    )
    if (-not (Get-Command -Name $FilePath -CommandType Application -ErrorAction SilentlyContinue)) {
        throw "There is no program $FilePath."
    }
    # Windows PowerShell turns standard error into error records: under 'Stop' the first line would end the program.
    $ErrorActionPreference = 'Continue'
    $last = New-Object -TypeName 'System.Collections.Generic.Queue[string]'
    [scriptblock]$Script = { & $FilePath @ArgumentList 2>&1 }
    if ($InputText) {
        $Script = { $InputText | & $FilePath @ArgumentList 2>&1 }
    }
    & $Script | ForEach-Object {
        $line = "$_"
        $isError = $_ -is [System.Management.Automation.ErrorRecord]
        if ($isError -or -not $OutputOnly) {
            $last.Enqueue($line)
        }
        if ($last.Count -gt 5) {
            [void]$last.Dequeue()
        }
        if (-not ($OutputOnly -and $isError)) {
            $line
        }
    }
    $exitCode = $LASTEXITCODE
    # Packer uses this value as the script's exit code.
    $global:LASTEXITCODE = 0
    if ($AllowedExitCode -notcontains $exitCode) {
        throw "$(Split-Path -Path $FilePath -Leaf) exited with ${exitCode}: $($last.ToArray() -join ' ') (arguments: $($ArgumentList -join ' '))"
    }
}

<#
.SYNOPSIS
Starts a program without waiting for it. HasExited and ExitCode of the returned process give its result.
.PARAMETER ErrorPath
A file that gets what the program writes to standard error; empty for none.
#>
function Start-Native {
    [CmdletBinding()]
    [OutputType([System.Diagnostics.Process])]
    param(
        [Parameter(Mandatory)][string]$FilePath,
        [Parameter(Mandatory)][string[]]$ArgumentList,
        [string]$ErrorPath = ''
    )
    $redirection = @{}
    if ($ErrorPath) {
        $redirection.RedirectStandardError = $ErrorPath
    }
    $process = Start-Process -FilePath $FilePath -ArgumentList $ArgumentList -WindowStyle Hidden -PassThru @redirection
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
