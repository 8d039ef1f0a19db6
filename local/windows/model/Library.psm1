Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

<#
.SYNOPSIS
Makes the classes in library/ known, which are compiled once for a folder that all machines share.
#>
function Import-ModelLibrary {
    [CmdletBinding()]
    param([Parameter(Mandatory)][string]$Directory)
    $sources = foreach ($path in [System.IO.Directory]::GetFiles("$PSScriptRoot\library", '*.cs')) {
        [System.IO.File]::ReadAllText($path)
    }
    $sum = [System.Security.Cryptography.SHA256]::HashData([System.Text.Encoding]::UTF8.GetBytes("$sources"))
    $library = "$Directory\$([Convert]::ToHexString($sum, 0, 6)).dll"
    if (-not [System.IO.File]::Exists($library)) {
        [void][System.IO.Directory]::CreateDirectory($Directory)
        $own = "$Directory\$([guid]::NewGuid().ToString('N')).dll"
        Add-Type -Path "$PSScriptRoot\library\*.cs" -OutputAssembly $own
        # Another process may have been quicker.
        try { [System.IO.File]::Move($own, $library) } catch [System.IO.IOException] { [System.IO.File]::Delete($own) }
    }
    Import-Module -Name $library -Global
}

Export-ModuleMember -Function Import-ModelLibrary
