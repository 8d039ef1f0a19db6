Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

<#
.SYNOPSIS
Runs a step of the build and ends the process: 0, or 1 after a failure line. A step asks for a restart with `exit 3010`.
.DESCRIPTION
The failure line is the last thing on standard error. The buildspec finds it in Packer's output:
    EKSWIN-FAILED <class> <step>: <cause>
.PARAMETER FailureClass
The class of what fails here, unless the exception brings its own (see New-FailureException).
#>
function Invoke-Step {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)][string]$Name,
        [Parameter(Mandatory)][ValidateSet('checksum', 'download', 'updates', 'provision', 'test', 'sysprep', 'proof')][string]$FailureClass,
        [Parameter(Mandatory)][scriptblock]$Script
    )
    try {
        & $Script
        exit 0
    }
    catch {
        $_ | Out-String
        $_.ScriptStackTrace
        [Console]::Error.WriteLine((Get-FailureLine -Name $Name -FailureClass $FailureClass -Exception $_.Exception))
        exit 1
    }
}

function Get-FailureLine {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)][string]$Name,
        [Parameter(Mandatory)][string]$FailureClass,
        [Parameter(Mandatory)][System.Exception]$Exception
    )
    $cause = ($Exception.Message -replace '[^\x20-\x7E]+', ' ').Trim()
    if ($cause.Length -gt 400) {
        $cause = $cause.Substring(0, 400)
    }
    if ($Exception.Data.Contains('FailureClass')) {
        $FailureClass = $Exception.Data['FailureClass']
    }
    "EKSWIN-FAILED ${FailureClass} ${Name}: ${cause}"
}

<#
.SYNOPSIS
An exception that knows its failure class, for causes that are of another class than their step.
#>
function New-FailureException {
    [CmdletBinding()]
    [OutputType([System.Exception])]
    param(
        [Parameter(Mandatory)][string]$FailureClass,
        [Parameter(Mandatory)][string]$Message
    )
    $exception = New-Object -TypeName System.InvalidOperationException -ArgumentList $Message
    $exception.Data['FailureClass'] = $FailureClass
    $exception
}

function Get-Setting {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)][string]$Name)
    $value = [Environment]::GetEnvironmentVariable($Name)
    if ([string]::IsNullOrEmpty($value)) {
        throw "The environment variable $Name is missing."
    }
    $value
}

<#
.SYNOPSIS
The strings of a JSON list in an environment variable.
#>
function Get-ListSetting {
    [CmdletBinding()]
    [OutputType([string[]])]
    param([Parameter(Mandatory)][string]$Name)
    ConvertFrom-Json -InputObject (Get-Setting $Name) | ForEach-Object { $_ }
}

<#
.SYNOPSIS
A JSON object in an environment variable, as an ordered dictionary.
#>
function Get-MapSetting {
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param([Parameter(Mandatory)][string]$Name)
    $map = [ordered]@{}
    foreach ($property in (ConvertFrom-Json -InputObject (Get-Setting $Name)).PSObject.Properties) {
        $map[$property.Name] = $property.Value
    }
    $map
}

<#
.SYNOPSIS
A path below the build's own directory, which is gone before the image is made.
#>
function Get-WorkPath {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)][string]$ChildPath)
    Join-Path -Path (Get-Setting 'WORK_DIRECTORY').Replace('/', '\') -ChildPath $ChildPath
}

function Save-Json {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)][string]$Path,
        [Parameter(Mandatory)][AllowEmptyCollection()]$Value
    )
    # Not Set-Content: its UTF-8 begins with a byte order mark, which JSON readers refuse.
    [System.IO.File]::WriteAllText($Path, (ConvertTo-Json -InputObject $Value -Depth 8))
}

function Read-Json {
    [CmdletBinding()]
    param([Parameter(Mandatory)][string]$Path)
    ConvertFrom-Json -InputObject ([System.IO.File]::ReadAllText($Path))
}

<#
.SYNOPSIS
The entries of a JSON list in a file, one by one; none while there is no file.
#>
function Read-JsonList {
    [CmdletBinding()]
    param([Parameter(Mandatory)][string]$Path)
    if (Test-Path -Path $Path) {
        Read-Json -Path $Path | ForEach-Object { $_ }
    }
}
