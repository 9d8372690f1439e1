#include "core/frames/imagebytes.h"

#include <QBuffer>
#include <QImageReader>
#include <QtEndian>

#include <cstring>

namespace birblens {

namespace {

bool isStartOfFrame(uchar marker)
{
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

ImageBytes inspectJpeg(const QByteArray &bytes)
{
    ImageBytes facts;
    facts.jpeg = true;
    facts.truncated = true;
    const auto *data = reinterpret_cast<const uchar *>(bytes.constData());
    const qsizetype size = bytes.size();
    qsizetype at = 2; // after the start marker
    bool scan = false;
    while (at + 1 < size) {
        if (scan) {
            // Entropy-coded data: every 0xFF that is no marker is followed by 0.
            const void *next = std::memchr(data + at, 0xFF, static_cast<size_t>(size - at - 1));
            if (next == nullptr)
                return facts;
            at = static_cast<const uchar *>(next) - data;
        } else if (data[at] != 0xFF) {
            ++at; // stray bytes between segments: decoders skip them as well
            continue;
        }
        const uchar marker = data[at + 1];
        if (marker == 0xD9) {
            facts.truncated = false;
            return facts;
        }
        if (marker == 0xFF) { // fill byte
            ++at;
            continue;
        }
        if (marker == 0x00 || marker == 0x01 || (marker >= 0xD0 && marker <= 0xD7)) {
            at += 2;
            continue;
        }
        if (at + 3 >= size)
            return facts;
        const qsizetype length = qFromBigEndian<quint16>(data + at + 2);
        if (length < 2) { // nonsense: let the decoder judge, from here on as if entropy-coded
            at += 2;
            continue;
        }
        if (isStartOfFrame(marker) && at + 8 < size)
            facts.size = QSize(qFromBigEndian<quint16>(data + at + 7),
                               qFromBigEndian<quint16>(data + at + 5));
        scan = marker == 0xDA || scan;
        at += 2 + length;
    }
    return facts;
}

ImageBytes inspectPng(const QByteArray &bytes)
{
    ImageBytes facts;
    facts.truncated = true;
    const auto *data = reinterpret_cast<const uchar *>(bytes.constData());
    const qsizetype size = bytes.size();
    qsizetype at = 8;
    while (at + 12 <= size) {
        const qsizetype length = qFromBigEndian<quint32>(data + at);
        if (at == 8 && length == 13 && at + 16 <= size)
            facts.size = QSize(static_cast<int>(qFromBigEndian<quint32>(data + at + 8)),
                               static_cast<int>(qFromBigEndian<quint32>(data + at + 12)));
        if (std::memcmp(data + at + 4, "IEND", 4) == 0) {
            facts.truncated = false;
            return facts;
        }
        at += 12 + length;
    }
    return facts;
}

} // namespace

ImageBytes inspectImage(const QByteArray &bytes)
{
    if (bytes.startsWith("\xFF\xD8"))
        return inspectJpeg(bytes);
    if (bytes.startsWith("\x89PNG\r\n\x1A\n"))
        return inspectPng(bytes);
    ImageBytes facts;
    QBuffer buffer;
    buffer.setData(bytes);
    QImageReader reader(&buffer);
    facts.size = reader.size();
    return facts;
}

} // namespace birblens
