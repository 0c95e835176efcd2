// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transports/async/asio_ssl.hpp"

#include <catch2/catch_test_macros.hpp>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdlib>
#include <memory>
#include <string>

#include <unistd.h>

namespace mcpgw::io_test {

/// A certificate authority that lives as long as the test, and its certificate in a file.
class test_ca {
public:
    test_ca()
        : key_(make_key()), certificate_(make_certificate("test CA", {}, key_.get(), lifetime_s)) {
        char path[] = "/tmp/mcpgw-test-ca-XXXXXX";
        const int fd = ::mkstemp(path);
        REQUIRE(fd >= 0);
        path_ = path;
        const auto text = pem(certificate_.get());
        REQUIRE(::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
        ::close(fd);
    }
    ~test_ca() { ::unlink(path_.c_str()); }
    test_ca(const test_ca&) = delete;
    test_ca& operator=(const test_ca&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }

    /// For a server whose certificate is for `alternative_name`: "IP:127.0.0.1", "DNS:localhost".
    /// `lifetime`: in seconds from now.
    std::unique_ptr<tls_context> make_server_context(const std::string& alternative_name,
                                                     long lifetime = lifetime_s) {
        const auto key = make_key();
        const auto certificate =
            make_certificate("test server", alternative_name, key.get(), lifetime);
        return make_context(certificate.get(), key.get());
    }
    /// For a server that shows the certificate of the CA itself.
    std::unique_ptr<tls_context> make_self_signed_context() {
        return make_context(certificate_.get(), key_.get());
    }

private:
    static constexpr long lifetime_s = 3600;

    static std::unique_ptr<tls_context> make_context(X509* certificate, EVP_PKEY* key) {
        auto context = std::make_unique<tls_context>(tls_context::tls_server);
        REQUIRE(SSL_CTX_use_certificate(context->native_handle(), certificate) == 1);
        REQUIRE(SSL_CTX_use_PrivateKey(context->native_handle(), key) == 1);
        return context;
    }
    using key_pointer = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
    using certificate_pointer = std::unique_ptr<X509, decltype(&X509_free)>;

    static key_pointer make_key() {
        key_pointer key{EVP_EC_gen("P-256"), &EVP_PKEY_free};
        REQUIRE(key);
        return key;
    }
    static void add_extension(X509* certificate, int kind, const std::string& value) {
        X509V3_CTX context;
        X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
        auto* const extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
        REQUIRE(extension != nullptr);
        X509_add_ext(certificate, extension, -1);
        X509_EXTENSION_free(extension);
    }
    /// Signed by the CA; without an alternative name it is the CA's own.
    certificate_pointer make_certificate(const std::string& name,
                                         const std::string& alternative_name, EVP_PKEY* key,
                                         long lifetime) {
        certificate_pointer made{X509_new(), &X509_free};
        X509_set_version(made.get(), X509_VERSION_3);
        ASN1_INTEGER_set(X509_get_serialNumber(made.get()), ++serial_);
        X509_gmtime_adj(X509_getm_notBefore(made.get()), -lifetime_s);
        X509_gmtime_adj(X509_getm_notAfter(made.get()), lifetime);
        X509_set_pubkey(made.get(), key);
        const auto* const text = reinterpret_cast<const unsigned char*>(name.c_str());
        X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_UTF8, text, -1,
                                   -1, 0);
        const bool is_ca = alternative_name.empty();
        const auto* const issuer = is_ca ? made.get() : certificate_.get();
        X509_set_issuer_name(made.get(), X509_get_subject_name(issuer));
        add_extension(made.get(), NID_basic_constraints, is_ca ? "critical,CA:TRUE" : "CA:FALSE");
        if (!is_ca) add_extension(made.get(), NID_subject_alt_name, alternative_name);
        REQUIRE(X509_sign(made.get(), key_.get(), EVP_sha256()) > 0);
        return made;
    }
    static std::string pem(X509* certificate) {
        const std::unique_ptr<BIO, decltype(&BIO_free)> out{BIO_new(BIO_s_mem()), &BIO_free};
        REQUIRE(PEM_write_bio_X509(out.get(), certificate) == 1);
        char* data = nullptr;
        const auto size = BIO_get_mem_data(out.get(), &data);
        return {data, static_cast<std::size_t>(size)};
    }

    long serial_ = 0;
    key_pointer key_;
    certificate_pointer certificate_{nullptr, &X509_free};
    std::string path_;
};

} // namespace mcpgw::io_test
