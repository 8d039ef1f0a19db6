Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

<#
.SYNOPSIS
Returns where the commands of all scripts below a folder are, as Pester 5 counts them: a line for each file, its path
and each command's `line:column`, with spaces between.
.DESCRIPTION
Pester counts every command and every expression that is a statement, except the condition at the end of a loop, at
which no breakpoint is ever hit. Its other exceptions (DSC, proxies of commands, constructors of base classes) do not
occur here.
#>
function Get-ScriptCommand {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)][string]$Path)
    $isCommand = {
        param($node)
        $node -is [System.Management.Automation.Language.CommandBaseAst] -and -not (Test-ClosingCondition -Node $node)
    }
    foreach ($file in [System.IO.Directory]::GetFiles($Path, '*.ps*1', 'AllDirectories')) {
        $name = $file.Substring($Path.Length).TrimStart('\').Replace('\', '/')
        if ($name -match '\.psm?1$' -and -not $name.StartsWith('custom/')) {
            $script = [System.Management.Automation.Language.Parser]::ParseFile($file, [ref]$null, [ref]$null)
            $extents = @($script.FindAll($isCommand, $true) | ForEach-Object { $_.Extent })
            $places = $extents | ForEach-Object { "$($_.StartLineNumber):$($_.StartColumnNumber)" } | Select-Object -Unique
            "$name $($places -join ' ')"
        }
    }
}

function Test-ClosingCondition {
    param($Node)
    for ($each = $Node; $null -ne $each.Parent; $each = $each.Parent) {
        $isLoop = $each.Parent -is [System.Management.Automation.Language.DoWhileStatementAst] -or $each.Parent -is [System.Management.Automation.Language.DoUntilStatementAst]
        if ($isLoop -and $each.Parent.Condition -eq $each) {
            return $true
        }
    }
    $false
}

Export-ModuleMember -Function Get-ScriptCommand
