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

    It 'puts a file in place whose sum is the one that is given' {
        Get-VerifiedFile -Url "$address/file" -Checksum $sum -Path $path
        [System.IO.File]::ReadAllText($path) | Should -Be $content
    }

    It 'takes the sum in capital letters too' {
        Get-VerifiedFile -Url "$address/file" -Checksum $sum.ToUpper() -Path $path
        $path | Should -Exist
    }

    It 'puts a file in place whose sum its publisher keeps beside it' {
        Get-VerifiedFile -Url "$address/file" -ChecksumUrl "$address/file.sha256" -Path $path
        @(Get-ChildItem -Path $TestDrive).Name | Should -Be 'file.exe'
    }

    It 'refuses a file of another sum, and leaves nothing of it' {
        { Get-VerifiedFile -Url "$address/file" -Checksum ('0' * 64) -Path $path } | Should -Throw "*has the SHA-256 $sum, expected 0000*"
        @(Get-ChildItem -Path $TestDrive).Count | Should -Be 0
    }

    It 'leaves the file that was there before if the new one is refused' {
        [System.IO.File]::WriteAllText($path, 'before')
        { Get-VerifiedFile -Url "$address/wrong" -ChecksumUrl "$address/wrong.sha256" -Path $path } | Should -Throw
        [System.IO.File]::ReadAllText($path) | Should -Be 'before'
    }

    It 'is of class checksum when sums differ or there is none: <name>' -TestCases @(@{ name = 'wrong' }, @{ name = 'none' }) {
        $thrown = { Get-VerifiedFile -Url "$address/$name" -ChecksumUrl "$address/$name.sha256" -Path $path } | Should -Throw -PassThru
        $thrown.Exception.Data['FailureClass'] | Should -Be 'checksum'
    }

    It 'does not ask twice for what is not there' {
        $thrown = { Get-VerifiedFile -Url "$address/nothing" -Checksum $sum -Path $path } | Should -Throw -PassThru
        $thrown.Exception.Data['FailureClass'] | Should -Be 'provision'
        Should -Invoke -CommandName Start-Sleep -Times 0 -Exactly
    }

    It 'asks again where nobody answers, and that is of class download' {
        $closed = New-Object -TypeName System.Net.Sockets.TcpListener -ArgumentList ([System.Net.IPAddress]::Loopback), 0
        $closed.Start()
        $port = $closed.LocalEndpoint.Port
        $closed.Stop()
        $thrown = { Get-VerifiedFile -Url "http://localhost:$port/file" -Checksum $sum -Path $path -WarningAction SilentlyContinue } | Should -Throw -PassThru
        $thrown.Exception.Data['FailureClass'] | Should -Be 'download'
        Should -Invoke -CommandName Start-Sleep -Times 3 -Exactly
    }

    It 'takes no file of this machine for a download' {
        $source = Join-Path -Path $TestDrive -ChildPath 'source'
        [System.IO.File]::WriteAllText($source, $content)
        { Get-VerifiedFile -Url ([uri]$source) -Checksum $sum -Path $path -WarningAction SilentlyContinue } | Should -Throw
        $path | Should -Not -Exist
    }

    It 'asks S3 with the credentials of the instance' {
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

    It 'has none about a program of the organization' {
        Get-SignatureComplaint -Path $signed -Signer 'Microsoft Corporation' | Should -BeNullOrEmpty
    }

    It 'has one about a program of another organization' {
        Get-SignatureComplaint -Path $signed -Signer 'Microsoft' | Should -BeLike 'is signed by *'
    }

    It 'has one about a file without a signature' {
        $path = Join-Path -Path $TestDrive -ChildPath 'unsigned.ps1'
        [System.IO.File]::WriteAllText($path, "'hello'")
        Get-SignatureComplaint -Path $path -Signer 'Microsoft Corporation' | Should -BeLike '*NotSigned*'
    }
}

Describe 'Invoke-Download' {
    BeforeEach {
        Mock -CommandName Start-Sleep
    }

    It 'gives <class> to: <message>' -TestCases @(
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
    It 'puts one object with the credentials of the instance' {
        $env:REGION = 'eu-central-1'
        Mock -CommandName Test-Path -MockWith { $true }
        Mock -CommandName Invoke-Native
        Publish-File -Path 'C:\a.json' -Url 's3://bucket/harvest/ami-1/manifest.json'
        Should -Invoke -CommandName Invoke-Native -Times 1 -Exactly -ParameterFilter {
            ($ArgumentList -join ' ') -like 's3api put-object *--bucket bucket --key harvest/ami-1/manifest.json --body C:\a.json'
        }
    }

    It 'says that neither program nor module is there' {
        $env:REGION = 'eu-central-1'
        Mock -CommandName Test-Path -MockWith { $false }
        Mock -CommandName Get-Module
        { Publish-File -Path 'C:\a.json' -Url 's3://bucket/a' } | Should -Throw 'There is neither *\aws.exe nor a Write-S3Object*'
    }
}
