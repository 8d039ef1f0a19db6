Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

<#
.SYNOPSIS
Runs a script block, and returns what it returned and how many seconds it took, or the message of its exception.
#>
function Measure-Part {
    [CmdletBinding()]
    param([Parameter(Mandatory)][scriptblock]$Script)
    $part = [pscustomobject]@{ Value = $null; Seconds = $null; Problem = '' }
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    try {
        $part.Value = & $Script
        $part.Seconds = [math]::Round($watch.Elapsed.TotalSeconds, 3)
    }
    catch {
        $part.Problem = $_.Exception.Message
    }
    $part
}

<#
.SYNOPSIS
Starts containerd, runs the first container, and returns what only the machine knows of its start, by part. Nothing
else may have read much of the disk before.
.DESCRIPTION
The parts are those of Measure-Part: LaunchAgent (its value is what Wait-LaunchAgent returns), SetUp (when the launch
agent finished), WinRm (when the user data had opened it), Containerd (from starting the service to its first answer; a
service that Windows has started already only answers), Container (the first container; its value is what that says),
BytesRead and DiskUsed.
.PARAMETER Image
The container images that the image is to have.
#>
function Measure-MachineStart {
    [CmdletBinding()]
    param([Parameter(Mandatory)][AllowEmptyCollection()][string[]]$Image)
    $parts = [ordered]@{}
    $parts.LaunchAgent = Measure-Part -Script { Wait-LaunchAgent }
    $parts.SetUp = Measure-Part -Script { Get-LaunchEnd -Waited (Get-PartValue -Part $parts.LaunchAgent) }
    $parts.WinRm = Measure-Part -Script { Get-WinRmOpening }
    $parts.Containerd = Measure-Part -Script { Start-Containerd }
    $parts.Container = Measure-Part -Script { Start-FirstContainer -Image $Image }
    $parts.BytesRead = Measure-Part -Script { Get-DiskBytesRead }
    $parts.DiskUsed = Measure-Part -Script { Get-DiskBytesUsed }
    $parts
}

<#
.SYNOPSIS
Returns the measures of a start as proof.json has them: null for what could not be measured, with a warning.
.PARAMETER Part
What Measure-MachineStart has returned.
#>
function ConvertTo-StartReport {
    [CmdletBinding()]
    param([Parameter(Mandatory)]$Part)
    $times = @{ SetUp = $null; WinRm = $null }
    foreach ($name in @($times.Keys)) {
        if ($Part[$name].Value) {
            $times[$name] = $Part[$name].Value.ToString('o')
        }
    }
    [ordered]@{
        setUpAt           = $times.SetUp
        winrmAt           = $times.WinRm
        containerdSeconds = $Part.Containerd.Seconds
        containerSeconds  = $Part.Container.Seconds
        bytesRead         = $Part.BytesRead.Value
        diskUsedBytes     = $Part.DiskUsed.Value
        warnings          = @($Part.Keys | Where-Object { $_ -ne 'LaunchAgent' -and $Part[$_].Problem } | ForEach-Object { "$_ was not measured: $($Part[$_].Problem)" })
    }
}

<#
.SYNOPSIS
Returns what a part of Measure-MachineStart has returned; throws if it has failed.
#>
function Get-PartValue {
    [CmdletBinding()]
    param([Parameter(Mandatory)]$Part)
    if ($Part.Problem) {
        throw $Part.Problem
    }
    $Part.Value
}

<#
.SYNOPSIS
Returns when the user data had opened WinRM, in UTC.
#>
function Get-WinRmOpening {
    [CmdletBinding()]
    [OutputType([datetime])]
    param()
    $opened = Get-WriteTime -Path (Get-WorkPath 'winrm-open')
    Assert-That -Condition ($null -ne $opened) -Message 'The user data did not get to its end.'
    $opened
}

<#
.SYNOPSIS
Runs a script block, and once more if it fails because something took too long: each block of a new volume comes from
the snapshot when it is first read, so that the second attempt reads a disk that is no longer cold. Any other failure
is that of the image.
.DESCRIPTION
The messages are those of Go, of hcsshim and of Windows' Service Control Manager (error 1053), which PowerShell wraps.
.PARAMETER Script
Gets the number of the attempt.
#>
function Invoke-OnColdDisk {
    [CmdletBinding()]
    param([Parameter(Mandatory)][string]$Activity, [Parameter(Mandatory)][scriptblock]$Script)
    try {
        return & $Script 1
    }
    catch {
        $cause = $_.Exception.GetBaseException().Message
        if ($cause -notmatch 'deadline exceeded|timed out|timeout|in a timely fashion') {
            throw
        }
        Write-Warning "$Activity took too long and is tried once more: $cause"
    }
    & $Script 2
}

<#
.SYNOPSIS
Starts containerd and waits for its first answer.
.DESCRIPTION
On a node AWS's bootstrap may be what starts containerd; a machine that is only proved is not bootstrapped.
#>
function Start-Containerd {
    [CmdletBinding()]
    param()
    Invoke-OnColdDisk -Activity 'Starting containerd' -Script { Start-Service -Name containerd }
    # Short pauses, because they are part of what is measured.
    for ($attempt = 1; $true; $attempt++) {
        try {
            Invoke-Ctr -ArgumentList @('version') | Out-Null
            return
        }
        catch {
            if ($attempt -ge 40) {
                throw
            }
        }
        Start-Sleep -Seconds 1
    }
}

<#
.SYNOPSIS
Runs a container, of an image that has a shell if there is one, and returns what it says.
#>
function Start-FirstContainer {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)][AllowEmptyCollection()][string[]]$Image)
    Invoke-OnColdDisk -Activity 'The first container' -Script {
        param([int]$Attempt)
        # A container that failed can leave its name behind.
        $name = "proof$Attempt"
        $reference = Find-RunnableImage -Wanted $Image
        if ($reference) {
            return Invoke-Ctr -ArgumentList @('run', '--rm', $reference, $name, 'cmd.exe', '/c', 'ver')
        }
        # The pause image is on every node. It has no shell and runs until it is stopped.
        $pause = (Get-ContainerdSetting).SandboxImage
        Invoke-Ctr -ArgumentList @('run', '--detach', '--null-io', $pause, $name) | Out-Null
        $tasks = @(Invoke-Ctr -ArgumentList @('tasks', 'list'))
        Assert-That -Condition (($tasks -join ' ') -match "\b$name\b.+\bRUNNING\b") -Message "A container of $pause does not run: $($tasks -join ' ')."
        "$pause runs"
    }
}

<#
.SYNOPSIS
Returns how many bytes all disks have read since Windows started.
.DESCRIPTION
The raw counter behind a rate is the sum since the start; Windows makes the rate of two of its values.
#>
function Get-DiskBytesRead {
    [CmdletBinding()]
    [OutputType([long])]
    param()
    $counters = @(Get-CimInstance -ClassName Win32_PerfRawData_PerfDisk_PhysicalDisk -Filter "Name = '_Total'" | ForEach-Object { $_.DiskReadBytesPersec })
    Assert-That -Condition ($counters.Count -eq 1) -Message 'Windows has no counter of what its disks have read.'
    [long]$counters[0]
}

<#
.SYNOPSIS
Returns how many bytes of the system disk are used, without page files: each machine makes its own, as large as its
memory wants it.
#>
function Get-DiskBytesUsed {
    [CmdletBinding()]
    [OutputType([long])]
    param()
    $volume = Get-Volume -DriveLetter $env:SystemDrive[0] -ErrorAction Stop
    $pageFiles = [long]0
    foreach ($file in @(Get-CimInstance -ClassName Win32_PageFileUsage)) {
        if ($file.Name -like "$env:SystemDrive\*") {
            # In MiB.
            $pageFiles += [long]$file.AllocatedBaseSize * 1024 * 1024
        }
    }
    [long]($volume.Size - $volume.SizeRemaining - $pageFiles)
}
