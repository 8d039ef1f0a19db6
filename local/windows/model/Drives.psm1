Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

<#
.SYNOPSIS
Puts the model's drives WSMan: and Cert: in place of this PowerShell's.
#>
function Mount-ModelDrive {
    [CmdletBinding()]
    param()
    [ModelDrive]::Handlers['WSMan'] = { param($verb, $path, $value) Invoke-WsManDrive -Verb $verb -Path $path -Value $value }
    [ModelDrive]::Handlers['Cert'] = { param($verb, $path, $value) Invoke-CertificateDrive -Verb $verb -Path $path -Value $value }
    $session = $ExecutionContext.SessionState
    # The cmdlets for drives would load PowerShell's own module of WSMan:.
    $session.Drive.Remove('Cert', $true, 'Global')
    $provider = $session.Provider.GetOne('WindowsModel')
    foreach ($drive in 'WSMan', 'Cert') {
        [void]$session.Drive.New([System.Management.Automation.PSDriveInfo]::new($drive, $provider, $drive, '', $null), 'Global')
    }
}

Export-ModuleMember -Function Mount-ModelDrive
