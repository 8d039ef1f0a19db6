Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

<#
.SYNOPSIS
Downloads a file and puts it at Path only if its SHA-256 is the one that is given, or the one its publisher keeps beside it.
.PARAMETER ChecksumUrl
Where the publisher keeps the sum: a text that begins with it.
#>
function Get-VerifiedFile {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)][uri]$Url,
        [Parameter(Mandatory)][string]$Path,
        [Parameter(Mandatory, ParameterSetName = 'Pinned')][ValidatePattern('^[A-Fa-f0-9]{64}$')][string]$Checksum,
        [Parameter(Mandatory, ParameterSetName = 'Published')][uri]$ChecksumUrl
    )
    $expected = $Checksum
    if ($PSCmdlet.ParameterSetName -eq 'Published') {
        $sumPath = "$Path.sha256"
        Save-Url -Url $ChecksumUrl -Path $sumPath
        $expected = ([System.IO.File]::ReadAllText($sumPath).Trim() -split '\s+')[0]
        Remove-Item -Path $sumPath
        if ($expected -notmatch '^[A-Fa-f0-9]{64}$') {
            throw (New-FailureException -FailureClass 'checksum' -Message "$ChecksumUrl holds no SHA-256.")
        }
    }
    $partial = "$Path.partial"
    Save-Url -Url $Url -Path $partial
    $actual = (Get-FileHash -Path $partial -Algorithm SHA256).Hash
    if ($actual -ne $expected) {
        Remove-Item -Path $partial
        throw (New-FailureException -FailureClass 'checksum' -Message "$Url has the SHA-256 $($actual.ToLower()), expected $($expected.ToLower()).")
    }
    Move-Item -Path $partial -Destination $Path -Force
}

function Save-Url {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)][uri]$Url,
        [Parameter(Mandatory)][string]$Path
    )
    $arguments = @('--fail', '--location', '--silent', '--show-error', '--proto', '=http,https', '--connect-timeout', '30', '--output', $Path, $Url.AbsoluteUri)
    try {
        Invoke-WithRetry -Activity "Downloading $Url" -Script { Invoke-Native -FilePath 'curl.exe' -ArgumentList $arguments }
    }
    catch {
        throw (New-FailureException -FailureClass 'download' -Message "downloading ${Url}: $($_.Exception.Message)")
    }
}
