Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

BeforeAll {
    foreach ($part in Get-ChildItem -Path "$PSScriptRoot\..\..\packer\modules\EksWindowsImages" -Filter '*.ps1') {
        . $part.FullName
    }
}

Describe 'Get-VerifiedFile' {
    BeforeAll {
        $probe = New-Object -TypeName System.Net.Sockets.TcpListener -ArgumentList ([System.Net.IPAddress]::Loopback), 0
        $probe.Start()
        $address = "http://localhost:$($probe.LocalEndpoint.Port)"
        $probe.Stop()
        $listener = New-Object -TypeName System.Net.HttpListener
        $listener.Prefixes.Add("$address/")
        $listener.Start()

        $content = 'what is downloaded'
        $sha256 = [System.Security.Cryptography.SHA256]::Create()
        $sum = [BitConverter]::ToString($sha256.ComputeHash([System.Text.Encoding]::ASCII.GetBytes($content))).Replace('-', '').ToLower()
        $files = @{ '/file' = $content; '/file.sha256' = "$sum  file`n"; '/wrong.sha256' = ('0' * 64); '/none.sha256' = '<html>'; '/wrong' = $content; '/none' = $content }
        $server = [powershell]::Create().AddScript({
                param($listener, $files)
                while ($listener.IsListening) {
                    $context = $listener.GetContext()
                    $text = $files[$context.Request.Url.AbsolutePath]
                    if ($null -eq $text) {
                        $context.Response.StatusCode = 404
                    }
                    else {
                        $bytes = [System.Text.Encoding]::ASCII.GetBytes($text)
                        $context.Response.OutputStream.Write($bytes, 0, $bytes.Length)
                    }
                    $context.Response.Close()
                }
            }).AddArgument($listener).AddArgument($files)
        $server.BeginInvoke() | Out-Null
    }

    AfterAll {
        $listener.Stop()
        $server.Dispose()
    }

    BeforeEach {
        Mock -CommandName Start-Sleep
        $path = Join-Path -Path $TestDrive -ChildPath 'file.exe'
        Get-ChildItem -Path $TestDrive | Remove-Item
    }

    It 'installs a file that has the given checksum' {
        Get-VerifiedFile -Url "$address/file" -Checksum $sum -Path $path
        [System.IO.File]::ReadAllText($path) | Should -Be $content
    }

    It 'accepts a checksum in upper case' {
        Get-VerifiedFile -Url "$address/file" -Checksum $sum.ToUpper() -Path $path
        $path | Should -Exist
    }

    It 'installs a file that has its publisher''s checksum' {
        Get-VerifiedFile -Url "$address/file" -ChecksumUrl "$address/file.sha256" -Path $path
        @(Get-ChildItem -Path $TestDrive).Name | Should -Be 'file.exe'
    }

    It 'refuses and removes a file with another checksum' {
        { Get-VerifiedFile -Url "$address/file" -Checksum ('0' * 64) -Path $path } | Should -Throw "*has the SHA-256 $sum, expected 0000*"
        @(Get-ChildItem -Path $TestDrive).Count | Should -Be 0
    }

    It 'keeps the old file if the new one is refused' {
        [System.IO.File]::WriteAllText($path, 'before')
        { Get-VerifiedFile -Url "$address/wrong" -ChecksumUrl "$address/wrong.sha256" -Path $path } | Should -Throw
        [System.IO.File]::ReadAllText($path) | Should -Be 'before'
    }

    It 'fails with class checksum if the checksum differs or is missing: <name>' -TestCases @(@{ name = 'wrong' }, @{ name = 'none' }) {
        $thrown = { Get-VerifiedFile -Url "$address/$name" -ChecksumUrl "$address/$name.sha256" -Path $path } | Should -Throw -PassThru
        $thrown.Exception.Data['FailureClass'] | Should -Be 'checksum'
    }

    It 'does not retry a missing file' {
        $thrown = { Get-VerifiedFile -Url "$address/nothing" -Checksum $sum -Path $path } | Should -Throw -PassThru
        $thrown.Exception.Data['FailureClass'] | Should -Be 'provision'
        Should -Invoke -CommandName Start-Sleep -Times 0 -Exactly
    }

    It 'retries an unreachable server and then fails with class download' {
        $closed = New-Object -TypeName System.Net.Sockets.TcpListener -ArgumentList ([System.Net.IPAddress]::Loopback), 0
        $closed.Start()
        $port = $closed.LocalEndpoint.Port
        $closed.Stop()
        $thrown = { Get-VerifiedFile -Url "http://localhost:$port/file" -Checksum $sum -Path $path -WarningAction SilentlyContinue } | Should -Throw -PassThru
        $thrown.Exception.Data['FailureClass'] | Should -Be 'download'
        Should -Invoke -CommandName Start-Sleep -Times 3 -Exactly
    }

    It 'refuses the address of a local file' {
        $source = Join-Path -Path $TestDrive -ChildPath 'source'
        [System.IO.File]::WriteAllText($source, $content)
        { Get-VerifiedFile -Url ([uri]$source) -Checksum $sum -Path $path -WarningAction SilentlyContinue } | Should -Throw
        $path | Should -Not -Exist
    }

    It 'reads from S3 with the credentials of the instance' {
        $env:REGION = 'eu-central-1'
        Mock -CommandName Invoke-Native -MockWith { [System.IO.File]::WriteAllText($ArgumentList[-1], $content) }
        Get-VerifiedFile -Url 's3://bucket/harvest/ami-1/manifest.json' -Checksum $sum -Path $path
        Should -Invoke -CommandName Invoke-Native -Times 1 -Exactly -ParameterFilter {
            $FilePath -like '*\aws.exe' -and ($ArgumentList -join ' ') -like '*--bucket bucket --key harvest/ami-1/manifest.json *'
        }
        $path | Should -Exist
    }
}

Describe 'Get-SignatureComplaint' {
    BeforeAll {
        $signed = (Get-Command -Name 'powershell.exe' -CommandType Application | Select-Object -First 1).Source
    }

    It 'accepts a program signed by the organization' {
        Get-SignatureComplaint -Path $signed -Signer 'Microsoft Corporation' | Should -BeNullOrEmpty
    }

    It 'rejects a program signed by another organization' {
        Get-SignatureComplaint -Path $signed -Signer 'Microsoft' | Should -BeLike 'is signed by *'
    }

    It 'rejects a file without a signature' {
        $path = Join-Path -Path $TestDrive -ChildPath 'unsigned.ps1'
        [System.IO.File]::WriteAllText($path, "'hello'")
        Get-SignatureComplaint -Path $path -Signer 'Microsoft Corporation' | Should -BeLike '*NotSigned*'
    }
}

Describe 'Invoke-Download' {
    BeforeEach {
        Mock -CommandName Start-Sleep
    }

    It 'classifies as <class>: <message>' -TestCases @(
        @{ class = 'download'; message = 'curl: (56) Recv failure: Connection was reset' }
        @{ class = 'download'; message = 'curl: (22) The requested URL returned error: 503' }
        @{ class = 'provision'; message = 'curl: (22) The requested URL returned error: 404' }
        @{ class = 'provision'; message = 'There is not enough space on the disk.' }
    ) {
        $thrown = { Invoke-Download -What 'a file' -WarningAction SilentlyContinue -Script { throw $message } } | Should -Throw -PassThru
        $thrown.Exception.Data['FailureClass'] | Should -Be $class
        $thrown.Exception.Message | Should -BeLike '*a file*'
    }
}

Describe 'Publish-File' {
    It 'uploads one object with the credentials of the instance' {
        $env:REGION = 'eu-central-1'
        Mock -CommandName Test-Path -MockWith { $true }
        Mock -CommandName Invoke-Native
        Publish-File -Path 'C:\a.json' -Url 's3://bucket/harvest/ami-1/manifest.json'
        Should -Invoke -CommandName Invoke-Native -Times 1 -Exactly -ParameterFilter {
            ($ArgumentList -join ' ') -like 's3api put-object *--bucket bucket --key harvest/ami-1/manifest.json --body C:\a.json'
        }
    }

    It 'fails if neither the program nor a module is installed' {
        $env:REGION = 'eu-central-1'
        Mock -CommandName Test-Path -MockWith { $false }
        Mock -CommandName Get-Module
        { Publish-File -Path 'C:\a.json' -Url 's3://bucket/a' } | Should -Throw 'There is neither *\aws.exe nor a Write-S3Object*'
    }
}
