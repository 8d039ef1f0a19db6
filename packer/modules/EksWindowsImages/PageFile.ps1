Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# Windows reads at its start which page files to make: none if `PagingFiles` is empty, `?:\pagefile.sys` for one of its
# own choice (learn.microsoft.com, "PagingFiles (Standard 8 Module Reference)").
$memoryKey = 'HKLM:\SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management'

# In KiB. A machine with less may need its page file for what is left of the build.
$enoughMemory = 6 * 1024 * 1024

function Get-PageFileSetting {
    [CmdletBinding()]
    [OutputType([string])]
    param()
    (Get-Item -Path $memoryKey).GetValue('PagingFiles') | Where-Object { $_ }
}

<#
.SYNOPSIS
Lets Windows start without a page file the next time, so that the page file can be deleted then. If that does not work,
the image only has a page file: a warning.
.DESCRIPTION
If Packer repeats the step, the setting that Restore-PageFile gives back is that from before the first time.
#>
function Disable-PageFile {
    [CmdletBinding()]
    param()
    try {
        $setting = @(Get-PageFileSetting)
        if ($setting.Count -eq 0) {
            return
        }
        if ((Get-CimInstance -ClassName Win32_OperatingSystem).TotalVisibleMemorySize -lt $enoughMemory) {
            throw 'the machine has too little memory to be without one'
        }
        Save-Json -Path (Get-WorkPath 'output\page-file.json') -Value $setting
        Set-ItemProperty -Path $memoryKey -Name 'PagingFiles' -Value ([string[]]@()) -Type MultiString
    }
    catch {
        Write-Warning "The page file becomes part of the image: $($_.Exception.Message)"
    }
}

<#
.SYNOPSIS
Gives back to the next start the page files that Disable-PageFile has taken from this one, and deletes those that the
machine had before. One that cannot be deleted only makes the image larger: a warning.
#>
function Restore-PageFile {
    [CmdletBinding()]
    param()
    $setting = @(Read-JsonList -Path (Get-WorkPath 'output\page-file.json'))
    if ($setting.Count -eq 0) {
        return
    }
    Set-ItemProperty -Path $memoryKey -Name 'PagingFiles' -Value ([string[]]$setting) -Type MultiString
    foreach ($one in $setting) {
        $path = ($one -replace '^\?:', $env:SystemDrive) -replace '(\s+\d+)+\s*$'
        try {
            Get-Item -LiteralPath $path -Force -ErrorAction SilentlyContinue | Remove-Item -Force
        }
        catch {
            Write-Warning "$path becomes part of the image: $($_.Exception.Message)"
        }
    }
}
