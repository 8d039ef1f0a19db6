Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$keys = 'C:\ProgramData\Microsoft\Crypto\RSA\MachineKeys'

<#
.SYNOPSIS
Adds a certificate to a store of the machine, and the file of its private key.
#>
function New-SelfSignedCertificate {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)][string[]]$DnsName,
        [string]$CertStoreLocation = 'Cert:\LocalMachine\My',
        [datetime]$NotAfter = [datetime]::Now.AddYears(1)
    )
    if (Test-Refusal -Cmdlet $PSCmdlet -Name $DnsName -Terminating) {
        return
    }
    $thumbprint = ([guid]::NewGuid().ToString('N') + [guid]::NewGuid().ToString('N')).Substring(0, 40).ToUpper()
    $keyFile = "$keys\$([guid]::NewGuid().ToString('N'))_machine"
    [void][System.IO.Directory]::CreateDirectory($keys)
    [System.IO.File]::WriteAllText($keyFile, 'a private key')
    Update-MachineState {
        param($state)
        $state.certificates[$thumbprint] = @{ subject = "CN=$($DnsName[0])"; store = $CertStoreLocation -replace '^Cert:\\'; notAfter = $NotAfter.ToString('o'); keyFile = $keyFile }
    }
    New-CertificateObject -Thumbprint $thumbprint
}

<#
.SYNOPSIS
Answers for the drive Cert: what is at a path below it, such as LocalMachine\My. See Drives.psm1.
#>
function Invoke-CertificateDrive {
    [CmdletBinding()]
    param([Parameter(Mandatory)][string]$Verb, [Parameter(Mandatory)][AllowEmptyString()][string]$Path, $Value)
    $stores = @{ '' = 'LocalMachine', 'CurrentUser'; 'LocalMachine' = 'My', 'Root'; 'CurrentUser' = 'My', 'Root' }
    $certificates = (Get-MachineState).certificates
    $parts = $Path.Split('\')
    $isStore = $parts.Count -eq 2 -and $stores.ContainsKey($parts[0]) -and $stores[$parts[0]] -contains $parts[1]
    $thumbprint = if ($parts.Count -eq 3) { $parts[2] }
    $isCertificate = $thumbprint -and $certificates.ContainsKey($thumbprint) -and $certificates[$thumbprint].store -eq "$($parts[0])\$($parts[1])"
    switch ($Verb) {
        'exists' { return $stores.ContainsKey($Path) -or $isStore -or $isCertificate }
        'container' { return -not $thumbprint }
        'get' {
            if ($isCertificate) { return New-CertificateObject -Thumbprint $thumbprint }
            return [pscustomobject]@{ Name = $parts[-1] }
        }
        'children' {
            if ($stores.ContainsKey($Path)) { return $stores[$Path] }
            return @($certificates.Keys | Where-Object { $certificates[$_].store -eq $Path })
        }
        'remove' {
            # Without -DeleteKey the file of the private key stays.
            if ($Value) { Remove-Item -LiteralPath $certificates[$thumbprint].keyFile -ErrorAction Ignore }
            Update-MachineState {
                param($state)
                [void]$state.certificates.Remove($thumbprint)
            }
        }
        default { throw 'Provider operation stopped because the provider does not support this operation.' }
    }
}

function New-CertificateObject {
    param([string]$Thumbprint)
    $certificate = (Get-MachineState).certificates[$Thumbprint]
    [pscustomobject]@{ Thumbprint = $Thumbprint; Subject = $certificate.subject; NotAfter = [datetime]$certificate.notAfter; HasPrivateKey = $true }
}

Export-ModuleMember -Function New-SelfSignedCertificate, Invoke-CertificateDrive
