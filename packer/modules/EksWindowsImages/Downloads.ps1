Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# In the words of curl.exe and ctr.exe. Answers that stay: what is asked for is not there, not ours to have, or not for this machine.
$finalAnswer = 'returned error: 4(?!08|29)\d\d|: 4(?!08|29)\d\d [A-Z]|: not found|manifest unknown|access denied|insufficient_scope|no match for platform|invalid reference'

# What passes by itself: no answer at all, too many questions, a server in trouble.
$passingTrouble = 'curl: \((5|6|7|16|18|28|35|52|55|56|92)\)|returned error: (408|429|5\d\d)|: (408|429|5\d\d) [A-Z]|too ?many ?requests|dial tcp|no such host|connectex|wsarecv|wsasend|connection (refused|reset|timed out)|TLS handshake|i/o timeout|deadline exceeded|Client\.Timeout|: (unexpected )?EOF'

<#
.SYNOPSIS
Runs a script block that fetches something, again where that may help. What fails is of class `download` only if it may pass by itself.
#>
function Invoke-Download {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)][string]$What,
        [Parameter(Mandatory)][scriptblock]$Script
    )
    try {
        Invoke-WithRetry -Activity "Downloading $What" -FinalPattern $finalAnswer -Script $Script
    }
    catch {
        $message = $_.Exception.Message
        $class = 'provision'
        if ($message -match $passingTrouble -and $message -notmatch $finalAnswer) {
            $class = 'download'
        }
        throw (New-FailureException -FailureClass $class -Message "downloading ${What}: $message")
    }
}

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
    Invoke-Download -What "$Url" -Script { Invoke-Native -FilePath 'curl.exe' -ArgumentList $arguments }
}
