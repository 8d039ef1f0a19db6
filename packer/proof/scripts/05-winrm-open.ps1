Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# Last part of the proof's user data: the time of this file is when WinRM was open. Packer connects later, because it
# first waits until EC2 tells the password.
New-Item -Path "$env:SystemDrive\eks-windows-images-proof\winrm-open" -ItemType File -Force | Out-Null
