Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

BeforeAll {
    foreach ($part in Get-ChildItem -Path "$PSScriptRoot\..\..\packer\modules\EksWindowsImages" -Filter '*.ps1') {
        . $part.FullName
    }
}

Describe 'ConvertFrom-Toml' {
    It 'prefixes a key with its table' {
        $values = ConvertFrom-Toml -Line @('version = 2', "root = 'C:\ProgramData\containerd\root'", '', "[plugins.'io.containerd.grpc.v1.cri'.cni]", '  bin_dir = "C:\\opt\\cni"')
        $values['.version'] | Should -Be '2'
        $values['.root'] | Should -Be 'C:\ProgramData\containerd\root'
        $values['plugins.io.containerd.grpc.v1.cri.cni.bin_dir'] | Should -Be 'C:\opt\cni'
    }

    It 'numbers the tables of a list' {
        $values = ConvertFrom-Toml -Line @("[[plugins.'a.b'.unpack]]", 'platform = "one"', "[[plugins.'a.b'.unpack]]", 'platform = "two"', '[c]', 'd = 1')
        $values['plugins.a.b.unpack[0].platform'] | Should -Be 'one'
        $values['plugins.a.b.unpack[1].platform'] | Should -Be 'two'
        $values['c.d'] | Should -Be '1'
    }

    It 'reads a key in quotes' {
        $values = ConvertFrom-Toml -Line @('[header]', "'x-a.b' = 'one'", '"c d" = "two"')
        $values['header.x-a.b'] | Should -Be 'one'
        $values['header.c d'] | Should -Be 'two'
    }

    It 'has no missing key' {
        (ConvertFrom-Toml -Line @('a = 1')).Contains('.b') | Should -BeFalse
    }
}

Describe 'ConvertFrom-TomlValue' {
    It 'reads <text>' -TestCases @(
        @{ text = "'C:\a\b'"; value = 'C:\a\b' }
        @{ text = '"C:\\a\\b"'; value = 'C:\a\b' }
        @{ text = '"say \"a\""'; value = 'say "a"' }
        @{ text = 'true'; value = 'true' }
        @{ text = '""'; value = '' }
    ) {
        ConvertFrom-TomlValue -Text $text | Should -Be $value
    }

    It 'reads a list of any length as a list: <text>' -TestCases @(
        @{ text = '[]'; count = 0 }
        @{ text = "['C:\a']"; count = 1 }
        @{ text = '["C:\\a", ''C:\b'']'; count = 2 }
    ) {
        $value = ConvertFrom-TomlValue -Text $text
        , $value | Should -BeOfType [array]
        @($value).Count | Should -Be $count
    }
}
