Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

<#
.SYNOPSIS
Returns what AWS's own EKS image of this Windows was found to be; nothing if nobody has looked (npm run first-contact).
.OUTPUTS
The file packer/first-contact/<windows>-EKS_Optimized.json, whose shape is in commands/first-contact/file.ts.
#>
function Get-FirstContact {
    [CmdletBinding()]
    param()
    $path = Get-WorkPath "$(Get-Setting 'WINDOWS')-EKS_Optimized.json"
    if (Test-Path -Path $path) {
        Read-Json -Path $path
    }
}

<#
.SYNOPSIS
Answers one question about a machine. Whatever is thrown becomes the reason why the answer is unknown, so that one
question that fails costs no other answer.
.PARAMETER List
The answer is a list, however many entries it has.
#>
function Get-Fact {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)][string]$Name,
        [Parameter(Mandatory)][scriptblock]$Script,
        [switch]$List
    )
    $fact = [pscustomobject]@{ Name = $Name; Value = $null; Unknown = '' }
    try {
        $fact.Value = & $Script
        if ($List) {
            $fact.Value = @($fact.Value | Where-Object { $null -ne $_ })
        }
    }
    catch {
        $fact.Unknown = $_.Exception.Message
    }
    $fact
}
