Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

BeforeAll {
    foreach ($part in Get-ChildItem -Path "$PSScriptRoot\..\..\packer\modules\EksWindowsImages" -Filter '*.ps1') {
        . $part.FullName
    }
}

Describe 'Updates' {
    BeforeAll {
        function New-FakeUpdate {
            [CmdletBinding()]
            param(
                [string[]]$Article = @('5040437'),
                [string]$Title = '2026-11 Cumulative Update for Microsoft server operating system',
                [bool]$BrowseOnly = $false,
                [bool]$CanRequestUserInput = $false,
                [string[]]$Category = @()
            )
            [pscustomobject]@{
                KBArticleIDs         = $Article
                Title                = $Title
                BrowseOnly           = $BrowseOnly
                InstallationBehavior = [pscustomobject]@{ CanRequestUserInput = $CanRequestUserInput }
                Categories           = @($Category | ForEach-Object { [pscustomobject]@{ CategoryID = $_ } })
            }
        }
    }

    Describe 'Get-SkipReason' {
        It 'is empty for an ordinary update' {
            Get-SkipReason -Update (New-FakeUpdate) | Should -Be ''
        }

        It 'skips a denied update by its KB' {
            Get-SkipReason -Update (New-FakeUpdate) -DeniedUpdate @('KB5040437') | Should -Be 'denied'
            Get-SkipReason -Update (New-FakeUpdate) -DeniedUpdate @('KB504043') | Should -Be ''
        }

        It 'skips updates that never install unattended' {
            Get-SkipReason -Update (New-FakeUpdate -Article @('5007651')) | Should -Be 'never installs unattended'
            Get-SkipReason -Update (New-FakeUpdate -Article @('5034439')) | Should -Be 'never installs unattended'
        }

        It 'skips previews' {
            Get-SkipReason -Update (New-FakeUpdate -Title '2026-11 Cumulative Update Preview for Windows') | Should -Be 'a preview'
            Get-SkipReason -Update (New-FakeUpdate -BrowseOnly $true) | Should -Be 'a preview'
        }

        It 'skips updates that ask the user' {
            Get-SkipReason -Update (New-FakeUpdate -CanRequestUserInput $true) | Should -Be 'asks a person'
        }

        It 'skips definitions, which appear several times a day' {
            Get-SkipReason -Update (New-FakeUpdate -Category @('e0789628-ce08-4437-be74-2495b842f43b')) | Should -Be 'a definition update'
        }

        It 'skips upgrades to another Windows release' {
            Get-SkipReason -Update (New-FakeUpdate -Category @('3689bdc8-b205-4af4-8d4a-a63924c5e9d5')) | Should -Be 'another Windows'
        }
    }

    Describe 'Test-OsUpdate' {
        BeforeAll {
            $security = '0fa1201d-4330-4fa8-8ae9-b877473b6441'
        }

        It 'is <expected> for <title>' -TestCases @(
            @{ title = '2026-11 Cumulative Update for Microsoft server operating system version 21H2 for x64-based Systems (KB5099998)'; expected = $true }
            @{ title = '2026-11 Security Update (KB5099999) (26100.7171)'; expected = $true }
            @{ title = '2026-11 Cumulative Update for .NET Framework 3.5 and 4.8 for Windows Server 2022 (KB5088888)'; expected = $false }
        ) {
            Test-OsUpdate -Update (New-FakeUpdate -Title $title -Category @($security)) | Should -Be $expected
        }

        It 'is false for another category, such as an update between two Patch Tuesdays' {
            Test-OsUpdate -Update (New-FakeUpdate -Category @('cd5ffd1e-e932-4e3a-bf74-18bf0b1bbd83')) | Should -BeFalse
        }
    }

    Describe 'Get-UpdateArticle' {
        It 'writes KB before the number' {
            @(Get-UpdateArticle -Update (New-FakeUpdate -Article @('1', '2'))) | Should -Be @('KB1', 'KB2')
        }

        It 'returns nothing if there is none' {
            @(Get-UpdateArticle -Update (New-FakeUpdate -Article @())).Count | Should -Be 0
        }
    }

    Describe 'Find-OfferedUpdate' {
        BeforeAll {
            function New-Answer {
                [CmdletBinding()]
                param([object[]]$Update = @(), [int]$ResultCode = 2, [object[]]$Warning = @())
                [pscustomobject]@{ ResultCode = $ResultCode; Updates = $Update; Warnings = $Warning }
            }
            # Answers the searches in turn; the last answer stays.
            function New-FakeSession {
                [CmdletBinding()]
                param([object[]]$Answer)
                $searcher = [pscustomobject]@{ Answers = $Answer; Searches = 0 }
                $searcher | Add-Member -MemberType ScriptMethod -Name Search -Value {
                    $this.Searches++
                    $this.Answers[[math]::Min($this.Searches, $this.Answers.Count) - 1]
                }
                $session = [pscustomobject]@{ Searcher = $searcher }
                $session | Add-Member -MemberType ScriptMethod -Name CreateUpdateSearcher -Value { $this.Searcher }
                $session
            }
            $empty = New-Object -TypeName PSObject
        }

        BeforeEach {
            Mock -CommandName Start-Sleep
            Mock -CommandName Write-Warning
        }

        It 'returns the reason why each update is skipped' {
            $session = New-FakeSession -Answer (New-Answer -Update (New-FakeUpdate), (New-FakeUpdate -Article @('5007651')))
            $offered = @(Find-OfferedUpdate -Session $session)
            $offered.Count | Should -Be 2
            $offered[0].LeftOut | Should -Be ''
            $offered[1].LeftOut | Should -Be 'never installs unattended'
        }

        It 'returns nothing if a complete search finds nothing' {
            @(Find-OfferedUpdate -Session (New-FakeSession -Answer (New-Answer))).Count | Should -Be 0
        }

        It 'searches again if an update has no properties' {
            $session = New-FakeSession -Answer (New-Answer -Update (New-FakeUpdate), $empty), (New-Answer -Update (New-FakeUpdate))
            @(Find-OfferedUpdate -Session $session).Count | Should -Be 1
            $session.Searcher.Searches | Should -Be 2
        }

        It 'searches again if a search has succeeded with errors, and accepts only success as nothing left' {
            $warning = [pscustomobject]@{ HResult = -2145107924; Message = 'not reached' }
            $session = New-FakeSession -Answer (New-Answer -ResultCode 3 -Warning $warning), (New-Answer)
            @(Find-OfferedUpdate -Session $session).Count | Should -Be 0
            $session.Searcher.Searches | Should -Be 2
            { Find-OfferedUpdate -Session (New-FakeSession -Answer (New-Answer -ResultCode 3 -Warning $warning)) } |
                Should -Throw 'The search for updates is incomplete: succeeded with errors; 0x8024402c not reached'
        }

        It 'fails with a cause if updates without properties stay' {
            $session = New-FakeSession -Answer (New-Answer -Update (New-FakeUpdate), $empty)
            { Find-OfferedUpdate -Session $session } | Should -Throw 'The search for updates is incomplete: 1 of its 2 updates have no properties.'
            $session.Searcher.Searches | Should -Be 4
        }
    }

    Describe 'Test-UpdateObject' {
        It 'needs each property by which an update is judged: <property>' -TestCases @(
            @{ property = 'Title' }
            @{ property = 'KBArticleIDs' }
            @{ property = 'Categories' }
            @{ property = 'BrowseOnly' }
            @{ property = 'InstallationBehavior' }
        ) {
            $update = New-FakeUpdate
            Test-UpdateObject -Update $update | Should -BeTrue
            $update.PSObject.Properties.Remove($property)
            Test-UpdateObject -Update $update | Should -BeFalse
        }

        It 'is false for nothing and for an empty or absent behaviour' {
            Test-UpdateObject -Update $null | Should -BeFalse
            $update = New-FakeUpdate
            $update.InstallationBehavior = New-Object -TypeName PSObject
            Test-UpdateObject -Update $update | Should -BeFalse
            $update.InstallationBehavior = $null
            Test-UpdateObject -Update $update | Should -BeFalse
        }
    }

    Describe 'Test-UnattendedFailure' {
        BeforeAll {
            function New-Attempt {
                [CmdletBinding()]
                param([string]$Code = '0x80070643', [string]$Phase = 'install', [string]$Result = 'failed', [string]$Title = 'Broken')
                [pscustomobject]@{ articles = @('KB1'); title = $Title; phase = $Phase; result = $Result; hresult = $Code }
            }
            $broken = New-FakeUpdate -Title 'Broken'
        }

        It 'is true after two failures with the same code' {
            Test-UnattendedFailure -Update $broken -History (New-Attempt), (New-Attempt -Title 'Other' -Code '0x1'), (New-Attempt) | Should -BeTrue
        }

        It 'is false for <name>' -TestCases @(
            @{ name = 'another code each time'; changes = @{ Code = '0x80240017' } }
            @{ name = 'an update that was not downloaded'; changes = @{ Phase = 'download' } }
            @{ name = 'a round in which the Update Agent threw'; changes = @{ Result = 'aborted' } }
            @{ name = 'an update that was installed once and is offered again'; changes = @{ Result = 'succeeded' } }
            @{ name = 'a single attempt'; changes = @{ Title = 'Other' } }
        ) {
            Test-UnattendedFailure -Update $broken -History (New-Attempt), (New-Attempt @changes) | Should -BeFalse
        }

        It 'is false if nothing was tried' {
            Test-UnattendedFailure -Update $broken -History @() | Should -BeFalse
        }

        It 'is false for the monthly update of Windows itself' {
            $title = '2026-11 Cumulative Update for Microsoft server operating system version 21H2 for x64-based Systems (KB5099998)'
            $osUpdate = New-FakeUpdate -Title $title -Category @('0fa1201d-4330-4fa8-8ae9-b877473b6441')
            Test-UnattendedFailure -Update $osUpdate -History (New-Attempt -Title $title), (New-Attempt -Title $title) | Should -BeFalse
        }
    }

    Describe 'Get-UpdateResult' {
        It 'names the result of an update: <code>' -TestCases @(
            @{ code = 2; word = 'succeeded' }
            @{ code = 3; word = 'succeeded with errors' }
            @{ code = 4; word = 'failed' }
            @{ code = 5; word = 'aborted' }
        ) {
            $result = Get-UpdateResult -Update (New-FakeUpdate) -Phase 'install' -Result ([pscustomobject]@{ ResultCode = $code; HResult = 0 })
            $result.result | Should -Be $word
            $result.phase | Should -Be 'install'
            @($result.articles) | Should -Be @('KB5040437')
        }

        It 'writes an error code in its usual hexadecimal form' {
            $result = Get-UpdateResult -Update (New-FakeUpdate) -Phase 'download' -Result ([pscustomobject]@{ ResultCode = 4; HResult = -2145124329 })
            $result.hresult | Should -Be '0x80240017'
        }
    }

    Describe 'Get-ThrownResult' {
        It 'is aborted, with the code of the innermost exception' {
            $inner = New-Object -TypeName System.Runtime.InteropServices.COMException -ArgumentList 'inner', -2145124329
            $outer = New-Object -TypeName System.Exception -ArgumentList 'outer', $inner
            $result = Get-ThrownResult -Exception $outer
            $result.ResultCode | Should -Be 5
            $result.HResult | Should -Be -2145124329
        }
    }

    Describe 'New-UpdateSession' {
        It 'is a session of the Update Agent that names its client' {
            (New-UpdateSession).ClientApplicationID | Should -Be 'eks-windows-images'
        }
    }

    Describe 'Get-InstalledUpdate' {
        It 'names each KB once, in order' {
            Mock -CommandName Get-HotFix -MockWith { 'KB2', 'KB1', 'KB2', 'File 1' | ForEach-Object { [pscustomobject]@{ HotFixID = $_ } } }
            @(Get-InstalledUpdate) | Should -Be @('KB1', 'KB2')
        }
    }

    Describe 'Get-AddedUpdate' {
        It 'returns new updates and those that the Update Agent installed, but no failed ones' {
            Mock -CommandName Read-Json -MockWith { [pscustomobject]@{ installedUpdates = @('KB1') } }
            Mock -CommandName Get-InstalledUpdate -MockWith { 'KB1', 'KB2' }
            Mock -CommandName Get-UpdateHistory -MockWith {
                [pscustomobject]@{ phase = 'install'; result = 'succeeded'; articles = @('KB3') }
                [pscustomobject]@{ phase = 'install'; result = 'failed'; articles = @('KB4') }
                [pscustomobject]@{ phase = 'download'; result = 'succeeded'; articles = @('KB5') }
            }
            $env:WORK_DIRECTORY = "$TestDrive"
            @(Get-AddedUpdate) | Should -Be @('KB2', 'KB3')
        }
    }
}
