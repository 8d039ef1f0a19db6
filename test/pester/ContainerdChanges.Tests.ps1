Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

BeforeAll {
    foreach ($part in Get-ChildItem -Path "$PSScriptRoot\..\..\packer\modules\EksWindowsImages" -Filter '*.ps1') {
        . $part.FullName
    }
}

Describe 'Get-ContainerdChange' {
    BeforeEach {
        Mock -CommandName Get-ProgramVersion -MockWith { [version]'2.3.7' }
    }

    It 'returns what was lost, changed and added, in order' {
        $before = @{ 'b.lost' = 'yes'; 'c.list' = @('one', 'two'); 'd.same' = '1' }
        $after = @{ 'a.new' = 'x'; 'c.list' = @('one'); 'd.same' = '1' }
        $changes = @(Get-ContainerdChange -Before $before -After $after)
        @($changes | ForEach-Object { "$($_.key): $($_.before) > $($_.after)" }) | Should -Be @('a.new:  > x', 'b.lost: yes > ', 'c.list: one, two > one')
    }

    It 'leaves out what the recipe means to change' {
        $before = @{ 'plugins.io.containerd.cri.v1.runtime.cni.conf_dir' = 'a'; 'plugins.io.containerd.cri.v1.images.registry.config_path' = '' }
        @(Get-ContainerdChange -Before $before -After @{}).Count | Should -Be 0
    }

    It 'sees a change of case' {
        @(Get-ContainerdChange -Before @{ 'a.b' = 'True' } -After @{ 'a.b' = 'true' }).Count | Should -Be 1
    }
}

Describe 'Confirm-ContainerdChange' {
    BeforeAll {
        $change = @([pscustomobject]@{ key = 'a.b'; before = '1'; after = '' }, [pscustomobject]@{ key = 'c.d'; before = '2'; after = '3' })
    }

    It 'only warns before the first contact' {
        Mock -CommandName Get-FirstContact
        $warned = @(Confirm-ContainerdChange -Change $change 3>&1)
        $warned.Count | Should -Be 2
        "$($warned[0])" | Should -Be "config.toml: a.b was '1' in AWS's image and is '' now."
    }

    It 'fails afterwards and names what nobody has acknowledged: <names>' -TestCases @(
        @{ contact = [pscustomobject]@{ windows = '2022' }; names = 'a.b, c.d' }
        @{ contact = [pscustomobject]@{ acknowledged = [pscustomobject]@{ containerdConfig = @('a.b') } }; names = 'c.d' }
    ) {
        Mock -CommandName Get-FirstContact -MockWith { $contact }
        { Confirm-ContainerdChange -Change $change 3>&1 } | Should -Throw "AWS's config.toml sets what this recipe does not keep*packer/first-contact: $names."
    }

    It 'accepts what is acknowledged, and no change at all' {
        Mock -CommandName Get-FirstContact -MockWith { [pscustomobject]@{ acknowledged = [pscustomobject]@{ containerdConfig = @('a.b', 'c.d') } } }
        @(Confirm-ContainerdChange -Change $change 3>&1).Count | Should -Be 0
        @(Confirm-ContainerdChange -Change @() 3>&1).Count | Should -Be 0
    }
}
