import { testOddMessages } from './support/odd_tests.mjs';

testOddMessages('gateway');
