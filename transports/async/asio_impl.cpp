// SPDX-License-Identifier: Apache-2.0
// The one translation unit that holds the compiled parts of Asio and Beast.
#include "transports/async/asio.hpp"

#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
