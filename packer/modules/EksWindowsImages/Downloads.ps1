Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# Messages of curl.exe, ctr.exe, aws.exe and AWS Tools for PowerShell. These answers are final: the object does not
# exist, is forbidden, or is for another platform.
$finalAnswer = 'returned error: 4(?!08|29)\d\d|: 4(?!08|29)\d\d [A-Z]|: not found|manifest unknown|access denied|insufficient_scope|no match for platform|invalid reference|An error occurred \((AccessDenied(Exception)?|AllAccessDisabled|NoSuch\w+|PermanentRedirect|40[0134])\)'

# These failures are transient: no answer, too many requests, a server error.
$passingTrouble = 'curl: \((5|6|7|16|18|28|35|52|55|56|92)\)|returned error: (408|429|5\d\d)|: (408|429|5\d\d) [A-Z]|too ?many ?requests|dial tcp|no such host|connectex|wsarecv|wsasend|connection (refused|reset|timed out)|TLS handshake|i/o timeout|deadline exceeded|Client\.Timeout|: (unexpected )?EOF|An error occurred \((SlowDown|RequestTimeout|Throttling\w*|InternalError|ServiceUnavailable|5\d\d)\)|Could not connect to the endpoint|timeout on endpoint|Connection was closed|WebException with status|reduce your request rate|Unable to locate credentials'

<#
.SYNOPSIS
Runs a script block that transfers something over the network, and retries it if that may help. A failure is of class
`download` only if it is transient.
.PARAMETER Doing
What the script block does, for the failure's cause.
#>
function Invoke-Download {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)][string]$What,
        [Parameter(Mandatory)][scriptblock]$Script,
        [string]$Doing = 'downloading'
    )
    try {
        Invoke-WithRetry -Activity "$Doing $What" -FinalPattern $finalAnswer -Script $Script
    }
    catch {
        $message = $_.Exception.Message
        $class = 'provision'
        if ($message -match $passingTrouble -and $message -notmatch $finalAnswer) {
            $class = 'download'
        }
        throw (New-FailureException -FailureClass $class -Message "$Doing ${What}: $message")
    }
}

<#
.SYNOPSIS
Downloads a file. Moves it to Path only if it has the given SHA-256, the SHA-256 that its publisher keeps beside it, or
its publisher's signature.
.PARAMETER Url
An https or http address, or an S3 object (s3://bucket/key) that the instance's role may read.
.PARAMETER ChecksumUrl
Address of the publisher's checksum: a text that begins with it.
.PARAMETER Signer
The organization (O) in the subject of the Authenticode certificate.
#>
function Get-VerifiedFile {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)][uri]$Url,
        [Parameter(Mandatory)][string]$Path,
        [Parameter(Mandatory, ParameterSetName = 'Pinned')][ValidatePattern('^[A-Fa-f0-9]{64}$')][string]$Checksum,
        [Parameter(Mandatory, ParameterSetName = 'Published')][uri]$ChecksumUrl,
        [Parameter(Mandatory, ParameterSetName = 'Signed')][string]$Signer
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
    if ($PSCmdlet.ParameterSetName -eq 'Signed') {
        # Windows looks for a signature according to the file extension.
        $partial = [System.IO.Path]::ChangeExtension($Path, ".partial$([System.IO.Path]::GetExtension($Path))")
    }
    Save-Url -Url $Url -Path $partial
    $complaint = ''
    if ($PSCmdlet.ParameterSetName -eq 'Signed') {
        $complaint = Get-SignatureComplaint -Path $partial -Signer $Signer
    }
    else {
        $actual = (Get-FileHash -Path $partial -Algorithm SHA256).Hash
        if ($actual -ne $expected) {
            $complaint = "has the SHA-256 $($actual.ToLower()), expected $($expected.ToLower())"
        }
    }
    if ($complaint) {
        Remove-Item -Path $partial
        throw (New-FailureException -FailureClass 'checksum' -Message "$Url $complaint.")
    }
    Move-Item -Path $partial -Destination $Path -Force
}

<#
.SYNOPSIS
Returns what is wrong with the Authenticode signature of a file; empty if Windows trusts it and the certificate belongs
to the organization.
#>
function Get-SignatureComplaint {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)][string]$Path,
        [Parameter(Mandatory)][string]$Signer
    )
    $signature = Get-AuthenticodeSignature -FilePath $Path
    if ($signature.Status -ne 'Valid') {
        return "has a signature that is not valid but $($signature.Status)"
    }
    # One attribute a line, without quotes: a comma in a name is then no separator.
    $form = [System.Security.Cryptography.X509Certificates.X500DistinguishedNameFlags]'UseNewLines, DoNotUseQuotes'
    $subject = $signature.SignerCertificate.SubjectName.Decode($form)
    if (@($subject -split '\r?\n' | ForEach-Object { $_.Trim() }) -cnotcontains "O=$Signer") {
        return "is signed by $($signature.SignerCertificate.Subject), not by $Signer"
    }
    ''
}

function Save-Url {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)][uri]$Url,
        [Parameter(Mandatory)][string]$Path
    )
    $program = 'curl.exe'
    $arguments = @('--fail', '--location', '--silent', '--show-error', '--proto', '=http,https', '--connect-timeout', '30')
    # Without this limit a stalled connection would last until the step's timeout.
    $arguments += @('--speed-limit', '1024', '--speed-time', '60', '--output', $Path, $Url.AbsoluteUri)
    if ($Url.Scheme -eq 's3') {
        # Not `s3 cp`, which requests the object's head first: its errors name no reason.
        $program = Get-AwsCliPath
        $arguments = @('s3api', 'get-object', '--region', (Get-Setting 'REGION'), '--bucket', $Url.Host, '--key', $Url.AbsolutePath.TrimStart('/'), $Path)
    }
    Invoke-Download -What "$Url" -Script { Invoke-Native -FilePath $program -ArgumentList $arguments | Out-Null }
}
