#include "core/frames/decode/codedsize.h"

#include <QtEndian>

#include <cstring>
#include <functional>

namespace birblens {

namespace {

/** Bits from the most significant one; zeros past the end. */
class Bits
{
public:
    explicit Bits(const QByteArray &bytes)
        : m_bytes(bytes)
    {
    }

    quint32 take(int count)
    {
        quint32 value = 0;
        for (int i = 0; i < count; ++i, ++m_at) {
            const qsizetype byte = m_at / 8;
            const int bit =
                byte < m_bytes.size() ? (uchar(m_bytes[byte]) >> (7 - m_at % 8)) & 1 : 0;
            value = value << 1 | static_cast<quint32>(bit);
        }
        return value;
    }
    void skip(qsizetype count) { m_at += count; }
    bool isPastEnd() const { return m_at > m_bytes.size() * 8; }
    /** Exponential Golomb, H.265 section 9.2 (AV1's uvlc() is the same). */
    quint32 golomb()
    {
        int zeros = 0;
        while (zeros < 32 && take(1) == 0 && !isPastEnd())
            ++zeros;
        return zeros >= 32 ? 0xFFFFFFFFU : (1U << zeros) - 1 + take(zeros);
    }

private:
    QByteArray m_bytes;
    qsizetype m_at = 0;
};

QSize sized(quint32 width, quint32 height)
{
    return QSize(static_cast<int>(std::min(width, 1U << 20)),
                 static_cast<int>(std::min(height, 1U << 20)));
}

/** Of a NAL unit, when it is a sequence parameter set. */
QSize sizeInNal(const QByteArray &nal)
{
    if (nal.size() < 16 || ((uchar(nal[0]) >> 1) & 63) != 33)
        return {};
    QByteArray plain; // without the bytes that keep start codes out
    for (qsizetype i = 2; i < std::min<qsizetype>(nal.size(), 512); ++i) {
        if (i >= 4 && nal[i] == 3 && nal[i - 1] == 0 && nal[i - 2] == 0)
            continue;
        plain += nal[i];
    }
    Bits bits(plain);
    bits.skip(4);
    const auto subLayers = static_cast<int>(bits.take(3));
    bits.skip(1 + 96);
    int extra = 0;
    for (int i = 0; i < subLayers; ++i) {
        extra += bits.take(1) != 0 ? 88 : 0;
        extra += bits.take(1) != 0 ? 8 : 0;
    }
    if (subLayers > 0)
        bits.skip(2 * (8 - subLayers));
    bits.skip(extra);
    bits.golomb(); // identifier
    if (bits.golomb() == 3)
        bits.skip(1);
    const quint32 width = bits.golomb();
    const quint32 height = bits.golomb();
    return bits.isPastEnd() ? QSize() : sized(width, height);
}

QSize sizeInSequenceHeader(const QByteArray &payload)
{
    Bits bits(payload);
    bits.skip(3 + 1);
    if (bits.take(1) != 0) {
        bits.skip(5);
    } else {
        int delayLength = 0;
        bool model = false;
        if (bits.take(1) != 0) { // timing
            bits.skip(64);
            if (bits.take(1) != 0)
                bits.golomb();
            model = bits.take(1) != 0;
            if (model) {
                delayLength = static_cast<int>(bits.take(5)) + 1;
                bits.skip(32 + 5 + 5);
            }
        }
        const bool display = bits.take(1) != 0;
        const auto points = static_cast<int>(bits.take(5)) + 1;
        for (int i = 0; i < points; ++i) {
            bits.skip(12);
            if (bits.take(5) > 7)
                bits.skip(1);
            if (model && bits.take(1) != 0)
                bits.skip(2 * delayLength + 1);
            if (display && bits.take(1) != 0)
                bits.skip(4);
        }
    }
    const auto widthBits = static_cast<int>(bits.take(4)) + 1;
    const auto heightBits = static_cast<int>(bits.take(4)) + 1;
    const quint32 width = bits.take(widthBits) + 1;
    const quint32 height = bits.take(heightBits) + 1;
    return bits.isPastEnd() ? QSize() : sized(width, height);
}

using Take = std::function<void(const QSize &)>;

/** Open bitstream units, one after the other (AV1 specification, 5.3). */
void readUnits(const QByteArray &bytes, const Take &take)
{
    for (qsizetype at = 0; at < bytes.size();) {
        const auto header = uchar(bytes[at++]);
        if ((header & 4) != 0)
            ++at;
        qsizetype length = bytes.size() - at;
        if ((header & 2) != 0) {
            quint64 coded = 0;
            for (int i = 0; i < 8 && at < bytes.size(); ++i) {
                const auto byte = uchar(bytes[at++]);
                coded |= quint64(byte & 127) << (7 * i);
                if (byte < 128)
                    break;
            }
            length = static_cast<qsizetype>(std::min<quint64>(coded, quint64(bytes.size())));
        }
        if (((header >> 3) & 15) == 1)
            take(sizeInSequenceHeader(bytes.mid(at, std::min<qsizetype>(length, 512))));
        at += length;
    }
}

void readNals(const QByteArray &bytes, const Take &take)
{
    const auto *data = reinterpret_cast<const uchar *>(bytes.constData());
    for (qsizetype at = 0; at + 4 <= bytes.size();) {
        const qsizetype length = qFromBigEndian<quint32>(data + at);
        take(sizeInNal(bytes.mid(at + 4, std::min<qsizetype>(length, 512))));
        at += 4 + length;
    }
}

/** `hvcC`: ISO/IEC 14496-15, 8.3.3.1. */
void readHevcConfiguration(const QByteArray &box, const Take &take)
{
    const auto *data = reinterpret_cast<const uchar *>(box.constData());
    if (box.size() < 23)
        return;
    qsizetype at = 23;
    for (int array = 0; array < data[22] && at + 3 <= box.size(); ++array) {
        const int count = qFromBigEndian<quint16>(data + at + 1);
        at += 3;
        for (int i = 0; i < count && at + 2 <= box.size(); ++i) {
            const qsizetype length = qFromBigEndian<quint16>(data + at);
            take(sizeInNal(box.mid(at + 2, length)));
            at += 2 + length;
        }
    }
}

/** Where the parts of the items lie: `iloc`, ISO/IEC 14496-12, 8.11.3. */
void forEachExtent(const QByteArray &box, qsizetype dataStart,
                   const std::function<void(qint64 offset, qint64 length)> &take)
{
    const auto *data = reinterpret_cast<const uchar *>(box.constData());
    qsizetype at = 0;
    const auto number = [&](int bytes) {
        quint64 value = 0;
        for (int i = 0; i < bytes; ++i, ++at)
            value = value << 8 | (at < box.size() ? data[at] : 0);
        return value;
    };
    const auto version = number(1);
    number(3);
    const auto sizes = static_cast<int>(number(2));
    const int offsetSize = sizes >> 12;
    const int lengthSize = (sizes >> 8) & 15;
    const int baseSize = (sizes >> 4) & 15;
    const int indexSize = version > 0 ? sizes & 15 : 0;
    const quint64 items = number(version < 2 ? 2 : 4);
    for (quint64 item = 0; item < items && at < box.size(); ++item) {
        number(version < 2 ? 2 : 4);
        const quint64 method = version > 0 ? number(2) & 15 : 0;
        number(2);
        const quint64 base = number(baseSize);
        const quint64 extents = number(2);
        for (quint64 i = 0; i < extents && at < box.size(); ++i) {
            number(indexSize);
            const quint64 offset = base + number(offsetSize) + (method == 1 ? dataStart : 0);
            const quint64 length = number(lengthSize);
            take(static_cast<qint64>(offset & 0x7FFFFFFFFFFFULL),
                 static_cast<qint64>(length & 0x7FFFFFFFFFFFULL));
        }
    }
}

/** Contents of every box of that name, wherever it lies. */
void forEachBox(const QByteArray &bytes, const char *name,
                const std::function<void(const QByteArray &content, qsizetype at)> &take)
{
    const auto *data = reinterpret_cast<const uchar *>(bytes.constData());
    for (qsizetype at = bytes.indexOf(name); at >= 0; at = bytes.indexOf(name, at + 4)) {
        if (at < 4)
            continue;
        const qsizetype length = qFromBigEndian<quint32>(data + at - 4);
        if (length >= 8)
            take(bytes.mid(at + 4, std::min<qsizetype>(length - 8, 1 << 20)), at + 4);
    }
}

} // namespace

QSize largestCodedSize(const QByteArray &bytes)
{
    QSize largest;
    const Take take = [&](const QSize &size) {
        if (qint64(size.width()) * size.height() > qint64(largest.width()) * largest.height())
            largest = size;
    };
    bool hevc = false;
    bool av1 = false;
    forEachBox(bytes, "hvcC", [&](const QByteArray &box, qsizetype) {
        hevc = true;
        readHevcConfiguration(box, take);
    });
    forEachBox(bytes, "av1C", [&](const QByteArray &box, qsizetype) {
        av1 = true;
        readUnits(box.mid(4), take);
    });
    qsizetype dataStart = 0;
    forEachBox(bytes, "idat", [&](const QByteArray &, qsizetype at) { dataStart = at; });
    forEachBox(bytes, "iloc", [&](const QByteArray &box, qsizetype) {
        forEachExtent(box, dataStart, [&](qint64 offset, qint64 length) {
            if (offset >= bytes.size())
                return;
            // Sequence headers come first.
            const QByteArray part =
                bytes.mid(offset, length > 0 ? std::min<qint64>(length, 1 << 24) : 1 << 24);
            if (av1)
                readUnits(part, take);
            if (hevc)
                readNals(part, take);
        });
    });
    return largest;
}

} // namespace birblens
