Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

<#
.SYNOPSIS
Returns what is appended to a file of the model as JSON text, such as the name and version of a program; nothing if it
is no such file.
#>
function Get-AppendedFact {
    [CmdletBinding()]
    param([Parameter(Mandatory)][string]$Path)
    $stream = [System.IO.File]::OpenRead($Path)
    try {
        $length = [int][math]::Min(4096, $stream.Length)
        [void]$stream.Seek(-$length, 'End')
        $bytes = [byte[]]::new($length)
        $stream.ReadExactly($bytes, 0, $length)
    }
    finally {
        $stream.Dispose()
    }
    if ([System.Text.Encoding]::UTF8.GetString($bytes) -match '(?s)(?<json>\{"name".*\})\s*$') {
        ConvertFrom-Json -InputObject $Matches['json'] -AsHashtable
    }
}

<#
.SYNOPSIS
Returns the signature that a file's appended JSON states: `signer`, an organization, and `signature`, whose default is
Valid.
#>
function Get-AuthenticodeSignature {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)][Alias('LiteralPath')][string[]]$FilePath)
    foreach ($path in $FilePath) {
        if (Test-Refusal -Cmdlet $PSCmdlet -Name $path) {
            continue
        }
        $resolved = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($path)
        if (-not (Test-Path -LiteralPath $resolved -PathType Leaf)) {
            Write-CmdletError -Cmdlet $PSCmdlet -Message "File $path was not found." -Id 'FileNotFound' -Category ObjectNotFound -Target $path
            continue
        }
        $facts = Get-AppendedFact -Path $resolved
        if (-not $facts -or -not $facts['signer']) {
            [pscustomobject]@{ Path = $resolved; Status = 'NotSigned'; SignerCertificate = $null }
            continue
        }
        $status = if ($facts['signature']) { $facts['signature'] } else { 'Valid' }
        $quoted = $facts.signer.Replace('"', '""')
        $subject = "CN=`"$quoted`", O=`"$quoted`", L=Seattle, S=Washington, C=US"
        # Wine does not read such a name: its one form here is that of UseNewLines and DoNotUseQuotes.
        $lines = @("CN=$($facts.signer)", "O=$($facts.signer)", 'L=Seattle', 'S=Washington', 'C=US') -join "`r`n"
        $name = [pscustomobject]@{ Name = $subject }
        $name | Add-Member -MemberType ScriptMethod -Name Decode -Value { $lines }.GetNewClosure()
        [pscustomobject]@{ Path = $resolved; Status = $status; SignerCertificate = [pscustomobject]@{ Subject = $subject; SubjectName = $name } }
    }
}

Export-ModuleMember -Function Get-AuthenticodeSignature, Get-AppendedFact
