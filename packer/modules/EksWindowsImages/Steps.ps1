Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

<#
.SYNOPSIS
Runs a step of the build and ends the process with 0, or with 1 after a failure line. A step asks for a restart with
`exit 3010`.
.DESCRIPTION
The failure line is the last line on standard error. The buildspec finds it in Packer's output:
    EKSWIN-FAILED <class> <step>: <cause>
.PARAMETER FailureClass
The failure class of this step, unless the exception has its own (see New-FailureException).
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
Returns an exception with its own failure class, for causes whose class differs from that of the step.
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
Returns the strings of a JSON list in an environment variable.
#>
function Get-ListSetting {
    [CmdletBinding()]
    [OutputType([string[]])]
    param([Parameter(Mandatory)][string]$Name)
    ConvertFrom-Json -InputObject (Get-Setting $Name) | ForEach-Object { $_ }
}

<#
.SYNOPSIS
Returns a JSON object in an environment variable as an ordered dictionary.
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
Returns a path below the build's working directory, which is removed before the image is created.
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
    # Not Set-Content: its UTF-8 begins with a byte order mark, which JSON parsers refuse.
    [System.IO.File]::WriteAllText($Path, (ConvertTo-Json -InputObject $Value -Depth 8))
}

function Read-Json {
    [CmdletBinding()]
    param([Parameter(Mandatory)][string]$Path)
    ConvertFrom-Json -InputObject ([System.IO.File]::ReadAllText($Path))
}

<#
.SYNOPSIS
Returns the entries of a JSON list in a file one by one; none if there is no file.
#>
function Read-JsonList {
    [CmdletBinding()]
    param([Parameter(Mandatory)][string]$Path)
    if (Test-Path -Path $Path) {
        Read-Json -Path $Path | ForEach-Object { $_ }
    }
}
