// SPDX-License-Identifier: Apache-2.0
import { testOddMessages } from './support/odd_tests.mjs';

testOddMessages('all');
