Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

<#
.SYNOPSIS
Runs a check. It passes unless it throws; the exception's message is the detail.
#>
function Invoke-Check {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)][string]$Name,
        [Parameter(Mandatory)][scriptblock]$Script
    )
    try {
        $detail = (& $Script) -join ' '
        [pscustomobject]@{ name = $Name; passed = $true; detail = $detail }
    }
    catch {
        [pscustomobject]@{ name = $Name; passed = $false; detail = $_.Exception.Message }
    }
}

<#
.SYNOPSIS
Throws the message unless the condition holds.
#>
function Assert-That {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)][bool]$Condition,
        [Parameter(Mandatory)][string]$Message
    )
    if (-not $Condition) {
        throw $Message
    }
}
