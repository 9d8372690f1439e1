// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/frames/decode/codedsize.h"

#include <QHash>
#include <QList>
#include <QtEndian>

#include <algorithm>
#include <functional>

namespace birblens {

namespace {

/** Bits from the most significant one; zeros past the end. */
class Bits
{
public:
    explicit Bits(QByteArrayView bytes)
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
    QByteArrayView m_bytes;
    qsizetype m_at = 0;
};

/** What there is of these bytes. */
QByteArrayView part(QByteArrayView bytes, qint64 at, qint64 length)
{
    at = std::clamp<qint64>(at, 0, bytes.size());
    return bytes.sliced(at, std::clamp<qint64>(length, 0, bytes.size() - at));
}

QSize sized(quint32 width, quint32 height)
{
    return QSize(static_cast<int>(std::min(width, 1U << 20)),
                 static_cast<int>(std::min(height, 1U << 20)));
}

/** Of a NAL unit, when it is a sequence parameter set. */
QSize sizeInNal(QByteArrayView nal)
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

QSize sizeInSequenceHeader(QByteArrayView payload)
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
void readUnits(QByteArrayView bytes, const Take &take)
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
            take(sizeInSequenceHeader(part(bytes, at, std::min<qsizetype>(length, 512))));
        at += length;
    }
}

void readNals(QByteArrayView bytes, const Take &take)
{
    for (qsizetype at = 0; at + 4 <= bytes.size();) {
        const qsizetype length = qFromBigEndian<quint32>(bytes.data() + at);
        take(sizeInNal(part(bytes, at + 4, std::min<qsizetype>(length, 512))));
        at += 4 + length;
    }
}

/** `hvcC`: ISO/IEC 14496-15, 8.3.3.1. */
void readHevcConfiguration(QByteArrayView box, const Take &take)
{
    const auto *data = reinterpret_cast<const uchar *>(box.data());
    if (box.size() < 23)
        return;
    qsizetype at = 23;
    for (int array = 0; array < data[22] && at + 3 <= box.size(); ++array) {
        const int count = qFromBigEndian<quint16>(data + at + 1);
        at += 3;
        for (int i = 0; i < count && at + 2 <= box.size(); ++i) {
            const qsizetype length = qFromBigEndian<quint16>(data + at);
            take(sizeInNal(part(box, at + 2, length)));
            at += 2 + length;
        }
    }
}

using TakeBox = std::function<void(QByteArrayView name, QByteArrayView content)>;

/** The boxes that lie one after the other (ISO/IEC 14496-12, 4.2). */
void forEachBox(QByteArrayView bytes, const TakeBox &take)
{
    for (qint64 at = 0; at + 8 <= bytes.size();) {
        qint64 length = qFromBigEndian<quint32>(bytes.data() + at);
        qint64 header = 8;
        if (length == 1 && at + 16 <= bytes.size()) {
            length = static_cast<qint64>(qFromBigEndian<quint64>(bytes.data() + at + 8));
            header = 16;
        } else if (length == 0) {
            length = bytes.size() - at;
        }
        if (length < header)
            return;
        length = std::min(length, bytes.size() - at);
        take(bytes.sliced(at + 4, 4), part(bytes, at + header, length - header));
        at += length;
    }
}

/** Numbers one after the other; zeros past the end. */
class Numbers
{
public:
    explicit Numbers(QByteArrayView bytes)
        : m_bytes(bytes)
    {
    }

    quint64 take(int bytes)
    {
        quint64 value = 0;
        for (int i = 0; i < bytes; ++i, ++m_at)
            value = value << 8 | (m_at < m_bytes.size() ? uchar(m_bytes[m_at]) : 0);
        return value;
    }
    bool atEnd() const { return m_at >= m_bytes.size(); }
    QByteArrayView rest() const { return part(m_bytes, m_at, m_bytes.size()); }

private:
    QByteArrayView m_bytes;
    qsizetype m_at = 0;
};

/** What the box `meta` of a file says of its pictures. */
class Items
{
public:
    Items(QByteArrayView file, HeifSizes &sizes)
        : m_file(file)
        , m_sizes(sizes)
        , m_left(2 * file.size() + (1 << 16))
        , m_take([&sizes](const QSize &size) { keepLarger(sizes.coded, size); })
    {
    }

    void read(QByteArrayView meta)
    {
        m_types.clear();
        m_idat = {};
        QList<QByteArrayView> locations;
        QList<QByteArrayView> references;
        forEachBox(meta.sliced(std::min<qsizetype>(4, meta.size())), [&](QByteArrayView name,
                                                                         QByteArrayView content) {
            if (name == "iprp")
                forEachBox(content, [&](QByteArrayView inner, QByteArrayView properties) {
                    if (inner == "ipco")
                        readProperties(properties);
                });
            else if (name == "iinf")
                readTypes(content);
            else if (name == "idat")
                m_idat = content;
            else if (name == "iloc")
                locations.append(content);
            else if (name == "iref")
                references.append(content);
        });
        qint64 all = 0;
        qint64 largest = 0;
        for (const QByteArrayView box : locations) {
            forEachItem(box, [&](quint64 id, QByteArrayView content) {
                const QByteArray type = m_types.value(id);
                if (type == "grid" || type == "iovl") {
                    const QSize size = composedSize(type, content);
                    const qint64 pixels = qint64(size.width()) * size.height();
                    keepLarger(m_sizes.composed, size);
                    all += pixels;
                    largest = std::max(largest, pixels);
                } else if (type.startsWith("av")) {
                    readUnits(content, m_take);
                } else {
                    readNals(content, m_take);
                }
            });
        }
        m_sizes.composedPixels =
            std::max(m_sizes.composedPixels, isNested(references) ? all : largest);
    }

private:
    static void keepLarger(QSize &largest, const QSize &size)
    {
        if (qint64(size.width()) * size.height() > qint64(largest.width()) * largest.height())
            largest = size;
    }

    void readProperties(QByteArrayView properties)
    {
        forEachBox(properties, [this](QByteArrayView name, QByteArrayView content) {
            if (name == "hvcC")
                readHevcConfiguration(content, m_take);
            else if (name == "av1C")
                readUnits(part(content, 4, content.size()), m_take);
        });
    }

    /** `iinf`: ISO/IEC 14496-12, 8.11.6. */
    void readTypes(QByteArrayView box)
    {
        Numbers head(box);
        const auto version = head.take(1);
        head.take(3);
        head.take(version == 0 ? 2 : 4);
        forEachBox(head.rest(), [this](QByteArrayView name, QByteArrayView content) {
            if (name != "infe")
                return;
            Numbers entry(content);
            const auto version = entry.take(1);
            entry.take(3);
            const quint64 id = entry.take(version < 3 ? 2 : 4);
            entry.take(2);
            m_types.insert(id, part(entry.rest(), 0, 4).toByteArray());
        });
    }

    static QSize composedSize(const QByteArray &type, QByteArrayView content)
    {
        Numbers payload(content);
        payload.take(1);
        const int side = (payload.take(1) & 1) != 0 ? 4 : 2;
        payload.take(type == "grid" ? 2 : 8); // rows and columns; the colour behind all
        const auto width = static_cast<quint32>(payload.take(side));
        const auto height = static_cast<quint32>(payload.take(side));
        return sized(width, height);
    }

    /** Whether something put together is put together of such: `iref`, 8.11.12. */
    bool isNested(const QList<QByteArrayView> &references) const
    {
        const auto composed = [this](quint64 id) {
            const QByteArray type = m_types.value(id);
            return type == "grid" || type == "iovl" || type == "iden";
        };
        bool nested = false;
        for (const QByteArrayView box : references) {
            const int side = box.isEmpty() || box[0] == 0 ? 2 : 4;
            forEachBox(part(box, 4, box.size()), [&](QByteArrayView name, QByteArrayView content) {
                Numbers list(content);
                const quint64 from = list.take(side);
                if (name != "dimg" || !composed(from))
                    return;
                for (quint64 left = list.take(2); left > 0 && !list.atEnd(); --left)
                    nested = nested || composed(list.take(side));
            });
        }
        return nested;
    }

    /** The content of each item: `iloc`, ISO/IEC 14496-12, 8.11.3. Sequence headers come first. */
    void forEachItem(QByteArrayView box,
                     const std::function<void(quint64 id, QByteArrayView content)> &take)
    {
        constexpr qint64 enough = 1 << 24;
        Numbers list(box);
        const auto version = list.take(1);
        list.take(3);
        const auto sizes = static_cast<int>(list.take(2));
        const int offsetSize = sizes >> 12;
        const int lengthSize = (sizes >> 8) & 15;
        const int baseSize = (sizes >> 4) & 15;
        const int indexSize = version > 0 ? sizes & 15 : 0;
        const quint64 items = list.take(version < 2 ? 2 : 4);
        for (quint64 item = 0; item < items && !list.atEnd(); ++item) {
            const quint64 id = list.take(version < 2 ? 2 : 4);
            const quint64 method = version > 0 ? list.take(2) & 15 : 0;
            list.take(2);
            const quint64 base = list.take(baseSize);
            const quint64 extents = list.take(2);
            QByteArrayView content;
            QByteArray joined; // of an item in several places
            for (quint64 i = 0; i < extents && !list.atEnd(); ++i) {
                list.take(indexSize);
                const quint64 offset = base + list.take(offsetSize);
                const quint64 length = list.take(lengthSize);
                constexpr quint64 most = 1ULL << 40;
                const QByteArrayView found =
                    part(method == 1 ? m_idat : m_file, qint64(std::min(offset, most)),
                         length == 0 ? enough : qint64(std::min(length, most)));
                const QByteArrayView read =
                    found.first(std::min<qint64>(found.size(), enough - content.size()));
                m_left -= read.size() + 1;
                if (m_left < 0) {
                    m_sizes.overlapping = true;
                    return;
                }
                if (i > 0) {
                    if (i == 1)
                        joined = content.toByteArray();
                    joined.append(read.data(), read.size());
                }
                content = i == 0 ? read : QByteArrayView(joined);
            }
            take(id, content);
        }
    }

    QByteArrayView m_file;
    QByteArrayView m_idat;
    QHash<quint64, QByteArray> m_types;
    HeifSizes &m_sizes;
    qint64 m_left; ///< bytes that may still be read: every one of the file about twice
    Take m_take;
};

} // namespace

HeifSizes heifSizes(const QByteArray &bytes)
{
    HeifSizes sizes;
    Items items(bytes, sizes);
    forEachBox(bytes, [&items](QByteArrayView name, QByteArrayView content) {
        if (name == "meta")
            items.read(content);
    });
    return sizes;
}

} // namespace birblens
