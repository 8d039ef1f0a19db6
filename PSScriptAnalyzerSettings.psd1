@{
    IncludeDefaultRules = $true
    Severity            = @('Error', 'Warning')
    ExcludeRules        = @(
        # Nobody is there to ask: what a step does is what its build was ordered for.
        'PSUseShouldProcessForStateChangingFunctions'
        # Invoke-Native leaves $global:LASTEXITCODE at 0, because Packer ends a script with it.
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
        # Script blocks that are handed to these use the parameters of the function around them.
        PSReviewUnusedParameter                   = @{
            CommandsToTraverse = @('Invoke-Check', 'Invoke-Download', 'Invoke-Step', 'Invoke-WithRetry')
        }
        # What the images have.
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
