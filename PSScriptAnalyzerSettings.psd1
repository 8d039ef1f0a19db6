@{
    IncludeDefaultRules = $true
    Severity            = @('Error', 'Warning')
    ExcludeRules        = @(
        # A build runs unattended, so no operator can confirm a change.
        'PSUseShouldProcessForStateChangingFunctions'
        # Invoke-Native resets $global:LASTEXITCODE to 0, because Packer uses it as the script's exit code.
        'PSAvoidGlobalVars'
    )
    Rules               = @{
        PSAvoidExclaimOperator                    = @{ Enable = $true }
        PSAvoidSemicolonsAsLineTerminators        = @{ Enable = $true }
        PSAvoidUsingDoubleQuotesForConstantString = @{ Enable = $true }
        PSPlaceOpenBrace                          = @{
            Enable             = $true
            OnSameLine         = $true
            NewLineAfter       = $true
            IgnoreOneLineBlock = $true
        }
        PSPlaceCloseBrace                         = @{
            Enable             = $true
            NewLineAfter       = $true
            IgnoreOneLineBlock = $true
            NoEmptyLineBefore  = $true
        }
        # Script blocks passed to these functions use the parameters of the enclosing function.
        PSReviewUnusedParameter                   = @{
            CommandsToTraverse = @('Invoke-Check', 'Invoke-Download', 'Invoke-Step', 'Invoke-WithRetry')
        }
        # Windows PowerShell of the images.
        PSUseCompatibleSyntax                     = @{
            Enable         = $true
            TargetVersions = @('5.1')
        }
        PSUseConsistentWhitespace                 = @{
            Enable                                  = $true
            CheckInnerBrace                         = $true
            CheckOpenBrace                          = $true
            CheckOpenParen                          = $true
            CheckOperator                           = $true
            CheckPipe                               = $true
            CheckPipeForRedundantWhitespace         = $true
            CheckSeparator                          = $true
            CheckParameter                          = $true
            IgnoreAssignmentOperatorInsideHashTable = $true
        }
        PSUseCorrectCasing                        = @{ Enable = $true }
    }
}
