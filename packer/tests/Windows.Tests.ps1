Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

Describe 'Windows' {
    It 'has the Containers feature' {
        (Get-WindowsFeature -Name Containers).Installed | Should Be $true
    }

    It 'is not older than its base' {
        $base = [version](Read-Json -Path (Get-WorkPath 'output\base.json')).osBuild
        ((Get-OsBuild) -ge $base) | Should Be $true
    }

    It 'has no pending restart' {
        @(Get-PendingRestart) -join ', ' | Should Be ''
    }

    It 'uses its whole disk' {
        $partition = Get-Partition -DriveLetter $env:SystemDrive[0]
        [math]::Round($partition.Size / [math]::Pow(1024, 3)) | Should BeGreaterThan ([int](Get-Setting 'DISK_GIB') - 5)
    }

    It 'has a tenth of its disk free' {
        $volume = Get-Volume -DriveLetter $env:SystemDrive[0]
        ($volume.SizeRemaining / $volume.Size) | Should BeGreaterThan 0.1
    }

    $pageFiles = @(Read-JsonList -Path (Get-WorkPath 'output\page-file.json'))
    if ($pageFiles.Count -gt 0) {
        It 'gets its page files back at the next start' {
            @(Get-PageFileSetting) -join ', ' | Should Be ($pageFiles -join ', ')
        }
    }

    It 'has a launch agent that generalizes it' {
        $agents = "$env:ProgramFiles\Amazon\EC2Launch\EC2Launch.exe", "$env:ProgramData\Amazon\EC2-Windows\Launch\Scripts\SysprepInstance.ps1"
        @($agents | Where-Object { Test-Path -Path $_ }).Count | Should BeGreaterThan 0
    }

    It 'accepts WinRM over HTTPS with NTLM only' {
        @(Get-ChildItem -Path WSMan:\localhost\Listener | Where-Object { $_.Keys -contains 'Transport=HTTP' }).Count | Should Be 0
        (Get-Item -Path WSMan:\localhost\Service\Auth\Basic).Value | Should Be 'false'
        (Get-Item -Path WSMan:\localhost\Service\AllowUnencrypted).Value | Should Be 'false'
    }
}
