Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# User data: WinRM over HTTPS with a certificate of its own and NTLM. Basic and unencrypted stay off, as Windows has them.
Start-Service -Name WinRM
Get-ChildItem -Path WSMan:\localhost\Listener | Remove-Item -Recurse

$certificate = New-SelfSignedCertificate -DnsName 'eks-windows-images' -CertStoreLocation Cert:\LocalMachine\My -NotAfter (Get-Date).AddDays(2)
$listener = @{
    Path                  = 'WSMan:\localhost\Listener'
    Transport             = 'HTTPS'
    Address               = '*'
    CertificateThumbPrint = $certificate.Thumbprint
    Force                 = $true
}
New-Item @listener | Out-Null

Set-Item -Path WSMan:\localhost\Service\Auth\Basic -Value $false -Force
Set-Item -Path WSMan:\localhost\Service\AllowUnencrypted -Value $false -Force
Set-Item -Path WSMan:\localhost\Service\Auth\Negotiate -Value $true -Force
# MaxTimeoutms stays: Packer asks for operations as long as its winrm_timeout, and Windows takes what is above the limit as the limit, a minute
# (MS-WSMV 3.1.4.1). So a script that says nothing is heard of each minute; in between Packer notices neither a timeout nor a TERM.

Set-Service -Name WinRM -StartupType Automatic
Restart-Service -Name WinRM

# Last: who gets through the firewall meets a finished WinRM.
$rule = @{
    Name        = 'eks-windows-images-winrm'
    DisplayName = 'WinRM over HTTPS while the image is built'
    Direction   = 'Inbound'
    Protocol    = 'TCP'
    LocalPort   = 5986
    Action      = 'Allow'
}
New-NetFirewallRule @rule | Out-Null
