Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# Services that start with Windows and that a node never needs. Of each, Microsoft says that a server that does not use it
# may even disable it ("Guidance on disabling system services on Windows Server 2016 with Desktop Experience",
# learn.microsoft.com/windows-server/security/windows-services). On manual, whoever asks for one still gets it. What
# Microsoft gives no guidance for is not listed, such as DiagTrack, MSDTC, TrkWks and UALSVC. Core has Spooler only.
$needlessServices = [ordered]@{
    Spooler          = 'A node prints nothing.'
    MapsBroker       = 'It is for apps that show downloaded maps.'
    PcaSvc           = 'It watches for old programs that a user starts.'
    ShellHWDetection = 'It offers AutoPlay to a user who is logged on.'
    WpnService       = 'It is for the notifications of a desktop.'
}

# What a start sets up that the image has already, by the part of the answer file (EC2 user guide, "Create an AMI using
# Windows Sysprep with EC2Launch v2", OOBE phase). Both launch agents write the image's own language there, and the
# time zone comes from the pass before, too. What keeps Windows from asking a person stays.
$regionalAnswers = [ordered]@{
    'language and region' = "//u:settings[@pass='oobeSystem']/u:component[@name='Microsoft-Windows-International-Core']"
    'time zone'           = "//u:settings[@pass='oobeSystem']/u:component[@name='Microsoft-Windows-Shell-Setup']/u:TimeZone"
}

<#
.SYNOPSIS
Returns the services that start with Windows although a node never needs them, each with the reason. Those that do not
exist in this Windows, or that AWS starts otherwise, are none of them.
#>
function Find-NeedlessService {
    [CmdletBinding()]
    param()
    foreach ($service in @(Get-CimInstance -ClassName Win32_Service | Sort-Object -Property Name)) {
        if ($needlessServices.Contains($service.Name) -and $service.StartMode -eq 'Auto') {
            [pscustomobject]@{ name = $service.Name; reason = $needlessServices[$service.Name] }
        }
    }
}

<#
.SYNOPSIS
Lets these services start on demand only, and returns those for which it worked. Windows protects some services even
from administrators: a warning.
#>
function Set-ManualStart {
    [CmdletBinding()]
    param([Parameter(Mandatory)][AllowEmptyCollection()][object[]]$Service)
    foreach ($one in $Service) {
        try {
            Set-Service -Name $one.name -StartupType Manual
            $one
        }
        catch {
            Write-Warning "The service $($one.name) starts with Windows as before: $($_.Exception.Message)"
        }
    }
}

<#
.SYNOPSIS
Returns the path of the answer file with which the launch agent generalizes Windows.
.DESCRIPTION
EC2Launch v2 runs `sysprep.exe /unattend:` with this path, v1's SysprepInstance.ps1 with its own. Neither takes another.
#>
function Get-AnswerFilePath {
    [CmdletBinding()]
    [OutputType([string])]
    param()
    $files = @{
        'ec2launch-v2' = 'Amazon\EC2Launch\sysprep\unattend.xml'
        'ec2launch-v1' = 'Amazon\EC2-Windows\Launch\Sysprep\Unattend.xml'
    }
    Join-Path -Path $env:ProgramData -ChildPath $files[(Get-LaunchAgent).Name]
}

<#
.SYNOPSIS
Returns how long each program was at work on the answer file at this machine's first start, in seconds by its name, as the
log of Windows' set-up tells.
#>
function Get-SetupSecond {
    [CmdletBinding()]
    param()
    $seconds = [ordered]@{}
    $times = @{}
    # Lines such as `2026-11-10 08:00:00, Info                  [windeploy.exe] Entered`.
    foreach ($line in [System.IO.File]::ReadAllLines("$env:SystemRoot\Panther\UnattendGC\setupact.log")) {
        if ($line -match '^(?<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d), .*?\[(?<program>[\w.-]+\.exe)\]') {
            $time = [datetime]$Matches['time']
            $program = $Matches['program']
            if (-not $times.ContainsKey($program)) {
                $times[$program] = $time
            }
            $seconds[$program] = [long]($time - $times[$program]).TotalSeconds
        }
    }
    $seconds
}

<#
.SYNOPSIS
Returns which of language and time zone the launch agent's answer file sets at a node's first start.
.PARAMETER Remove
Removes them from the file as well.
#>
function Get-RegionalAnswer {
    [CmdletBinding()]
    [OutputType([string])]
    param([switch]$Remove)
    $path = Get-AnswerFilePath
    $answers = New-Object -TypeName System.Xml.XmlDocument
    $answers.PreserveWhitespace = $true
    try {
        $answers.LoadXml([System.IO.File]::ReadAllText($path))
    }
    catch {
        throw "$path is no answer file: $($_.Exception.Message)"
    }
    $names = New-Object -TypeName System.Xml.XmlNamespaceManager -ArgumentList $answers.NameTable
    $names.AddNamespace('u', 'urn:schemas-microsoft-com:unattend')
    foreach ($what in $regionalAnswers.Keys) {
        $found = @($answers.SelectNodes($regionalAnswers[$what], $names))
        $found | ForEach-Object { [void]$_.ParentNode.RemoveChild($_) }
        if ($found.Count -gt 0) {
            $what
        }
    }
    if ($Remove) {
        # Without a byte order mark.
        [System.IO.File]::WriteAllText($path, $answers.OuterXml)
    }
}
