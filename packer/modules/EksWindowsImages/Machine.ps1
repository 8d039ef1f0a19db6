Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$appInTheWay = '^Package (\S+) was installed for a user, but not provisioned for all users\b.*$'

<#
.SYNOPSIS
Returns the Windows build with its revision, such as 20348.2849. Every cumulative update raises it.
#>
function Get-OsBuild {
    [CmdletBinding()]
    [OutputType([version])]
    param()
    $current = Get-ItemProperty -Path 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion'
    [version]"$($current.CurrentBuildNumber).$($current.UBR)"
}

function Get-InstalledUpdate {
    [CmdletBinding()]
    [OutputType([string])]
    param()
    Get-HotFix | ForEach-Object { $_.HotFixID } | Where-Object { $_ -match '^KB\d+$' } | Sort-Object -Unique
}

<#
.SYNOPSIS
Returns the version that a program prints for --version or for other arguments.
#>
function Get-ProgramVersion {
    [CmdletBinding()]
    [OutputType([version])]
    param(
        [Parameter(Mandatory)][string]$Path,
        [string[]]$ArgumentList = @('--version')
    )
    $text = (Invoke-Native -FilePath $Path -ArgumentList $ArgumentList) -join ' '
    if ($text -notmatch '\bv?(\d+\.\d+\.\d+)') {
        throw "$Path states no version: $text"
    }
    [version]$Matches[1]
}

<#
.SYNOPSIS
Returns the command line of a service without its leading quotation mark; empty if there is no such service.
#>
function Get-ServiceCommand {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)][string]$Name)
    "$(Get-CimInstance -ClassName Win32_Service -Filter "Name = '$Name'" | ForEach-Object { $_.PathName })" -replace '^"'
}

function Get-ImageState {
    [CmdletBinding()]
    [OutputType([string])]
    param()
    (Get-ItemProperty -Path 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Setup\State').ImageState
}

<#
.SYNOPSIS
Returns the first and the last telling error that sysprep logged; empty if it logged none.
.DESCRIPTION
Telling are apps that block sysprep, then errors with a code (`hr =`, `dwRet =`): the first names the component that
failed, the last what sysprep made of it. All other errors count only if there is none of these.
#>
function Get-SysprepError {
    [CmdletBinding()]
    [OutputType([string])]
    param()
    $complaints = @(Get-SysprepComplaint)
    $telling = @(
        $complaints | Where-Object { $_ -match $appInTheWay }
        $complaints | Where-Object { $_ -match '\b(hr|dwRet) ?=' }
    )
    if ($telling.Count -eq 0) {
        $telling = $complaints
    }
    @($telling | Select-Object -First 1 -Last 1) -join ' ... '
}

<#
.SYNOPSIS
Returns the full names of the apps that block sysprep, according to its log.
#>
function Get-AppInTheWay {
    [CmdletBinding()]
    [OutputType([string])]
    param()
    @(Get-SysprepComplaint | Where-Object { $_ -match $appInTheWay } | ForEach-Object { $_ -replace $appInTheWay, '$1' } | Select-Object -Unique)
}

<#
.SYNOPSIS
Returns the errors that sysprep logged, without those that it logs on machines that it generalizes, too.
#>
function Get-SysprepComplaint {
    [CmdletBinding()]
    [OutputType([string])]
    param()
    $log = "$env:SystemRoot\System32\Sysprep\Panther\setuperr.log"
    Get-Content -Path $log -ErrorAction SilentlyContinue |
        Where-Object { $_ -match '\bSYSPRP\b' } |
        ForEach-Object { $_ -replace '^.*?\bSYSPRP\s+' } |
        Where-Object { $_ -notmatch '^(MRTGeneralize|SetupDiGetClassDevs)\b' }
}
