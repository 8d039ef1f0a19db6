Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$maximumFolders = 40

<#
.SYNOPSIS
Returns how many bytes of the system disk are used, and the largest folders: those below the root, and those one level
further down in Windows, Program Files and ProgramData.
.DESCRIPTION
A folder has the sum of its files' lengths. A file with several names, as Windows has many, counts for each of them, so
the folders together can be larger than what is used. What cannot be listed counts nothing.
.PARAMETER Deadline
After this the folders are unknown, because a part of them would look like the whole.
#>
function Get-DiskUse {
    [CmdletBinding()]
    param([Parameter(Mandatory)][datetime]$Deadline)
    $volume = Get-Volume -DriveLetter $env:SystemDrive[0]
    $folders = @()
    try {
        $folders = @(Get-FolderSize -Path "$env:SystemDrive\" -Deadline $Deadline | Sort-Object -Property @{ Expression = 'bytes'; Descending = $true }, 'path')
    }
    catch {
        Write-Warning "No folder of the disk is measured: $($_.Exception.Message)"
    }
    [ordered]@{
        usedBytes = [long]($volume.Size - $volume.SizeRemaining)
        folders   = @($folders | Select-Object -First $maximumFolders)
    }
}

function Get-FolderSize {
    [CmdletBinding()]
    param([Parameter(Mandatory)][string]$Path, [Parameter(Mandatory)][datetime]$Deadline)
    $largeFolders = @($env:SystemRoot, $env:ProgramFiles, $env:ProgramData)
    foreach ($folder in @(Get-ChildFolder -Path $Path)) {
        $bytes = [long]0
        if ($largeFolders -contains $folder.FullName) {
            foreach ($child in @(Get-ChildFolder -Path $folder.FullName)) {
                $size = Measure-Folder -Path $child.FullName -Deadline $Deadline
                $bytes += $size
                [pscustomobject]@{ path = $child.FullName; bytes = $size }
            }
            $bytes += Measure-Folder -Path $folder.FullName -Deadline $Deadline -WithoutChildren
        }
        else {
            $bytes = Measure-Folder -Path $folder.FullName -Deadline $Deadline
        }
        [pscustomobject]@{ path = $folder.FullName; bytes = $bytes }
    }
}

# Without junctions, such as those of old names, behind which are folders that are counted where they are.
function Get-ChildFolder {
    [CmdletBinding()]
    param([Parameter(Mandatory)][string]$Path)
    Get-ChildItem -LiteralPath $Path -Directory -Force -ErrorAction SilentlyContinue |
        Where-Object { -not ($_.Attributes -band [System.IO.FileAttributes]::ReparsePoint) }
}

function Measure-Folder {
    [CmdletBinding()]
    [OutputType([long])]
    param([Parameter(Mandatory)][string]$Path, [Parameter(Mandatory)][datetime]$Deadline, [switch]$WithoutChildren)
    $bytes = [long]0
    $left = New-Object -TypeName 'System.Collections.Generic.Stack[System.IO.DirectoryInfo]'
    $left.Push([System.IO.DirectoryInfo]$Path)
    while ($left.Count -gt 0) {
        if ((Get-Date) -gt $Deadline) {
            throw 'measuring them takes too long.'
        }
        try {
            # Not Get-ChildItem, which takes minutes for the hundred thousands of files of an image.
            foreach ($entry in $left.Pop().EnumerateFileSystemInfos()) {
                if ($entry -is [System.IO.FileInfo]) {
                    $bytes += $entry.Length
                }
                elseif (-not $WithoutChildren -and -not ($entry.Attributes -band [System.IO.FileAttributes]::ReparsePoint)) {
                    $left.Push($entry)
                }
            }
        }
        catch {
            # Windows keeps some folders even from administrators, and some paths are too long for .NET.
            continue
        }
    }
    $bytes
}
