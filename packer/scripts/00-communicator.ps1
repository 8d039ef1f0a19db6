Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# User data: opens WinRM over HTTPS with a self-signed certificate and NTLM. Basic authentication and unencrypted
# traffic stay off, as by default.
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
# MaxTimeoutms stays at its default of one minute. Packer requests operations that last as long as its winrm_timeout,
# and Windows caps them at this limit (MS-WSMV 3.1.4.1). Packer therefore hears from a silent script every minute; in
# between it notices neither a timeout nor a TERM.

Set-Service -Name WinRM -StartupType Automatic
Restart-Service -Name WinRM

# The firewall opens last, when WinRM is ready.
$rule = @{
    Name        = 'eks-windows-images-winrm'
    DisplayName = 'WinRM over HTTPS while the image is built'
    Direction   = 'Inbound'
    Protocol    = 'TCP'
    LocalPort   = 5986
    Action      = 'Allow'
}
New-NetFirewallRule @rule -ErrorAction Stop | Out-Null
