// SPDX-License-Identifier: Apache-2.0
#include "protocol/crypto/sealed_token.hpp"

#include "protocol/crypto/random.hpp"
#include "protocol/text/base64.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <stdexcept>
#include <utility>

namespace mcpgw {

namespace {

constexpr char version = 1;
constexpr std::size_t id_size = 4;
constexpr std::size_t key_number_size = 4;
constexpr std::size_t head_size = 1 + id_size + key_number_size;
constexpr std::size_t nonce_size = 12; // 96 bits: what GCM takes as it is
constexpr std::size_t expiry_size = 8;
constexpr std::size_t tag_size = 16;
constexpr std::size_t frame_size = head_size + nonce_size + expiry_size + tag_size;
constexpr std::size_t token_chars_max = (frame_size + token_sealer::payload_bytes_max + 2) / 3 * 4;

constexpr std::string_view extraction_salt = "mcp-gateway sealed tokens, version 1";

using cipher_context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

unsigned char* bytes_of(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}
const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

/// OpenSSL fails here only where memory or the system's randomness is gone.
void require(bool is_done) {
    if (!is_done) throw std::runtime_error("OpenSSL failed while it sealed a token");
}

template <class Integer>
std::string big_endian(Integer value, std::size_t size) {
    std::string out(size, '\0');
    auto bits = static_cast<std::uint64_t>(value);
    for (std::size_t at = size; at > 0; --at, bits >>= 8U)
        out[at - 1] = static_cast<char>(bits & 255U);
    return out;
}

std::int64_t read_big_endian(std::string_view bytes) {
    std::uint64_t bits = 0;
    for (const char c : bytes) bits = (bits << 8U) | static_cast<unsigned char>(c);
    return static_cast<std::int64_t>(bits);
}

std::chrono::milliseconds since_1970(token_sealer::time_point time) {
    return std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch();
}

/// Times before 1970 share key 0; their tokens have expired anyway.
std::string key_number_at(std::chrono::milliseconds expires) {
    const auto number = expires / std::chrono::milliseconds{token_sealer::key_interval};
    return big_endian(std::max<std::int64_t>(number, 0), key_number_size);
}

std::string associated_data(std::string_view head, token_purpose purpose) {
    return std::string{head} + static_cast<char>(purpose);
}

std::string encrypt(std::span<const unsigned char> key, std::string_view nonce,
                    std::string_view associated, std::string_view plain) {
    const cipher_context context{EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free};
    EVP_CIPHER_CTX* const c = context.get();
    std::string out(plain.size() + tag_size, '\0');
    int size = 0;
    require(c != nullptr &&
            EVP_EncryptInit_ex(c, EVP_aes_256_gcm(), nullptr, key.data(), bytes_of(nonce)) == 1 &&
            EVP_EncryptUpdate(c, nullptr, &size, bytes_of(associated),
                              static_cast<int>(associated.size())) == 1 &&
            EVP_EncryptUpdate(c, bytes_of(out), &size, bytes_of(plain),
                              static_cast<int>(plain.size())) == 1 &&
            EVP_EncryptFinal_ex(c, bytes_of(out) + size, &size) == 1 &&
            EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, tag_size, bytes_of(out) + plain.size()) ==
                1);
    return out;
}

/// Nothing unless every byte is as it was sealed. `sealed` ends with the tag.
std::optional<std::string> decrypt(std::span<const unsigned char> key, std::string_view nonce,
                                   std::string_view associated, std::string_view sealed) {
    const cipher_context context{EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free};
    EVP_CIPHER_CTX* const c = context.get();
    std::string tag{sealed.substr(sealed.size() - tag_size)};
    sealed.remove_suffix(tag_size);
    std::string out(sealed.size(), '\0');
    int size = 0;
    require(c != nullptr &&
            EVP_DecryptInit_ex(c, EVP_aes_256_gcm(), nullptr, key.data(), bytes_of(nonce)) == 1 &&
            EVP_DecryptUpdate(c, nullptr, &size, bytes_of(associated),
                              static_cast<int>(associated.size())) == 1 &&
            EVP_DecryptUpdate(c, bytes_of(out), &size, bytes_of(sealed),
                              static_cast<int>(sealed.size())) == 1 &&
            EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, tag_size, bytes_of(tag)) == 1);
    if (EVP_DecryptFinal_ex(c, bytes_of(out) + size, &size) != 1) return std::nullopt;
    return out;
}

/// A step of HKDF-SHA256 (RFC 5869). `input`: the salt or the info, by OpenSSL's name for it.
void run_hkdf(int mode, std::string_view key, std::pair<const char*, std::string_view> input,
              std::span<unsigned char> out) {
    const std::unique_ptr<EVP_KDF, decltype(&EVP_KDF_free)> algorithm{
        EVP_KDF_fetch(nullptr, "HKDF", nullptr), &EVP_KDF_free};
    require(algorithm != nullptr);
    const std::unique_ptr<EVP_KDF_CTX, decltype(&EVP_KDF_CTX_free)> context{
        EVP_KDF_CTX_new(algorithm.get()), &EVP_KDF_CTX_free};
    std::string digest = "SHA256"; // OpenSSL's parameters are not const, though it writes to none
    std::string secret{key};
    std::string second{input.second};
    const std::array params{
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
        OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, secret.data(), secret.size()),
        OSSL_PARAM_construct_octet_string(input.first, second.data(), second.size()),
        OSSL_PARAM_construct_end(),
    };
    const bool is_done =
        context && EVP_KDF_derive(context.get(), out.data(), out.size(), params.data()) == 1;
    OPENSSL_cleanse(secret.data(), secret.size());
    require(is_done);
}

fault refuse(const char* reason) {
    return {errc::invalid_params, reason};
}

/// Removes the first `size` bytes of `text` and returns them.
std::string_view take(std::string_view& text, std::size_t size) {
    const auto taken = text.substr(0, size);
    text.remove_prefix(size);
    return taken;
}

} // namespace

token_sealer::key_source::key_source(std::string_view secret) {
    if (secret.size() < secret_bytes_min)
        throw std::invalid_argument("the secret of sealed tokens is too short");
    run_hkdf(EVP_KDF_HKDF_MODE_EXTRACT_ONLY, secret,
             {OSSL_KDF_PARAM_SALT, extraction_salt}, extracted_);
    const key_bytes derived = derive("id");
    std::copy_n(derived.begin(), id_.size(), id_.begin());
}

token_sealer::key_source::~key_source() {
    OPENSSL_cleanse(extracted_.data(), extracted_.size());
}

token_sealer::key_bytes token_sealer::key_source::derive(std::string_view info) const {
    key_bytes out{};
    const std::string_view extracted{reinterpret_cast<const char*>(extracted_.data()),
                                     extracted_.size()};
    run_hkdf(EVP_KDF_HKDF_MODE_EXPAND_ONLY, extracted, {OSSL_KDF_PARAM_INFO, info}, out);
    return out;
}

token_sealer::token_sealer() : current_(random_bytes(secret_bytes_min)) {}

token_sealer::token_sealer(std::string_view secret) : current_(secret) {}

void token_sealer::rotate(std::string_view secret) {
    const key_source next{secret};
    if (next.id() == current_.id()) return; // the same again: the previous one stays, too
    previous_ = current_;
    current_ = next;
}

std::string token_sealer::seal(token_purpose purpose, std::string_view payload,
                               time_point expires) const {
    if (payload.size() > payload_bytes_max)
        throw std::length_error("the payload of a sealed token is too large");
    const auto expires_ms = since_1970(expires);
    const std::string key_number = key_number_at(expires_ms);
    std::string token{version};
    token.append(current_.id().begin(), current_.id().end()).append(key_number);

    key_bytes key = current_.derive("key" + key_number);
    const std::string nonce = random_bytes(nonce_size);
    const std::string plain = big_endian(expires_ms.count(), expiry_size).append(payload);
    const std::string sealed = encrypt(key, nonce, associated_data(token, purpose), plain);
    OPENSSL_cleanse(key.data(), key.size());
    return encode_base64(token.append(nonce).append(sealed), base64_form::url);
}

const token_sealer::key_source* token_sealer::find_source(std::string_view id) const {
    const auto has_id = [id](const key_source& source) {
        return id == std::string_view{source.id().data(), source.id().size()};
    };
    if (has_id(current_)) return &current_;
    return previous_ && has_id(*previous_) ? &*previous_ : nullptr;
}

result<std::string> token_sealer::open(token_purpose purpose, std::string_view token,
                                       time_point now) const {
    if (token.size() > token_chars_max) return refuse("longer than any token of ours");
    const auto decoded = decode_base64(token, base64_form::url);
    if (!decoded) return refuse("not in base64url as we write it");
    if (decoded->size() < frame_size) return refuse("shorter than any token of ours");
    if (decoded->front() != version) return refuse("of another version");

    std::string_view sealed = *decoded;
    const std::string_view head = take(sealed, head_size);
    const std::string_view nonce = take(sealed, nonce_size);
    const key_source* const source = find_source(head.substr(1, id_size));
    if (source == nullptr) return refuse("sealed with a secret that we do not know");

    key_bytes key = source->derive("key" + std::string{head.substr(1 + id_size)});
    auto plain = decrypt(key, nonce, associated_data(head, purpose), sealed);
    OPENSSL_cleanse(key.data(), key.size());
    if (!plain) return refuse("not sealed by us, or for another purpose");
    const std::chrono::milliseconds expires{
        read_big_endian(std::string_view{*plain}.substr(0, expiry_size))};
    if (since_1970(now) >= expires) return refuse("expired");
    plain->erase(0, expiry_size);
    return std::move(*plain);
}

} // namespace mcpgw
