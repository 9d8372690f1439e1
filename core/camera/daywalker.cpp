// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/camera/daywalker.h"

#include "core/camera/framerules.h"
#include "core/filepath.h"
#include "core/frames/imageloader.h"

#include <QDateTime>

#include <array>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

namespace birblens {

namespace {

struct CloseFolder
{
    void operator()(DIR *folder) const { ::closedir(folder); }
};
using Folder = std::unique_ptr<DIR, CloseFolder>;

template <size_t Size>
bool endsWithOneOf(const QString &name, const std::array<const char *, Size> &suffixes)
{
    for (const char *suffix : suffixes) {
        if (name.endsWith(QLatin1String(suffix), Qt::CaseInsensitive))
            return true;
    }
    return false;
}

constexpr std::array films{".mp4",  ".avi", ".mov", ".mkv",  ".m4v",
                           ".webm", ".mts", ".3gp", ".h264", ".gif"};
constexpr std::array rawPictures{".dng", ".cr2", ".cr3", ".crw", ".nef", ".nrw",
                                 ".arw", ".orf", ".raf", ".rw2", ".pef", ".srw"};

} // namespace

DayWalker::DayWalker(const DaySource &source, const ScanOptions &options)
    : m_root(source.folder)
    , m_start(source.imageFolder)
    , m_birbCam(!source.cameraDatabase.isEmpty())
    , m_options(options)
{
}

bool DayWalker::walk()
{
    return read(m_start);
}

DayWalker::Type DayWalker::typeOf(int folder, const dirent &entry) const
{
    if (entry.d_type == DT_REG)
        return Type::File;
    if (entry.d_type == DT_DIR)
        return Type::Folder;
    if (entry.d_type != DT_LNK && entry.d_type != DT_UNKNOWN)
        return Type::Other;
    struct stat own = {};
    if (::fstatat(folder, entry.d_name, &own, AT_SYMLINK_NOFOLLOW) != 0)
        return Type::Other;
    if (!S_ISLNK(own.st_mode))
        return S_ISREG(own.st_mode)   ? Type::File
               : S_ISDIR(own.st_mode) ? Type::Folder
                                      : Type::Other;
    struct stat target = {};
    if (::fstatat(folder, entry.d_name, &target, 0) != 0)
        return Type::BrokenLink;
    return S_ISREG(target.st_mode)   ? Type::File
           : S_ISDIR(target.st_mode) ? Type::LinkToFolder
                                     : Type::Other;
}

bool DayWalker::takesFolder(const QString &parent, const QString &key, const QString &name,
                            Type type)
{
    if (type == Type::LinkToFolder) {
        // Birb Cam's own may lie on another disk. Others would bring in what is no part of the day,
        // or twice what is.
        if (parent == m_root && name == QLatin1String("imgs"))
            return true;
        m_leftOut.add(LeftOut::LinkedFolder, key);
        return false;
    }
    if (isSystemFolder(name)) {
        m_leftOut.add(LeftOut::SystemFolder, key);
        return false;
    }
    if (name.startsWith(QLatin1Char('.'))) {
        if (!name.startsWith(QLatin1String(".birblens"))) // our own copies
            m_leftOut.add(LeftOut::HiddenFolder, key);
        return false;
    }
    if (m_birbCam && parent == m_root && name == QLatin1String("training")) {
        m_leftOut.add(LeftOut::TrainingFolder, key);
        return false;
    }
    return true;
}

void DayWalker::takeFile(const QString &keyBase, const QString &name, Type type, QStringList &names)
{
    if (!isImageName(name)) {
        if (type == Type::File && endsWithOneOf(name, films))
            m_leftOut.add(LeftOut::Film, keyBase + name);
        else if (type == Type::File && endsWithOneOf(name, rawPictures))
            m_leftOut.add(LeftOut::RawPicture, keyBase + name);
    } else if (type == Type::BrokenLink) {
        m_leftOut.add(LeftOut::BrokenLink, keyBase + name);
    } else if (type != Type::File) {
        m_leftOut.add(LeftOut::NoFile, keyBase + name);
    } else if (name.startsWith(QLatin1Char('.'))) { // `._NAME`: AppleDouble (RFC 1740)
        m_leftOut.add(LeftOut::SystemFile, keyBase + name);
    } else if (isThumbnailName(name)) {
        m_leftOut.add(LeftOut::Thumbnail, keyBase + name);
    } else {
        names.append(name);
        if (mayBeOfPair(name))
            m_paired.append(name);
    }
}

void DayWalker::hideSecondFiles(const QString &keyBase, QStringList &names)
{
    const QSet<QString> beside(names.cbegin(), names.cend());
    QSet<QString> hidden;
    for (const QString &name : std::as_const(m_paired)) {
        auto pair = pairOf(name, beside);
        if (!pair)
            continue;
        // While a day is open the frame that was shown first stays: it may have been labelled.
        if (m_options.known.contains(keyBase + pair->hidden) &&
            !m_options.known.contains(keyBase + pair->counts))
            std::swap(pair->counts, pair->hidden);
        if (hidden.contains(pair->hidden))
            continue;
        hidden.insert(pair->hidden);
        m_leftOut.add(pair->thumbnail ? LeftOut::Thumbnail : LeftOut::OtherOfPair,
                      keyBase + pair->hidden);
        if (!pair->thumbnail)
            m_pairs.insert(keyBase + pair->counts, keyBase + pair->hidden);
    }
    if (!hidden.isEmpty())
        names.removeIf([&hidden](const QString &name) { return hidden.contains(name); });
}

bool DayWalker::read(const QString &folder)
{
    QString keyBase = folder.mid(m_root.size() + int(!m_root.endsWith(QLatin1Char('/'))));
    const int handle =
        ::open(nativePath(folder).constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK);
    const Folder open(handle >= 0 ? ::fdopendir(handle) : nullptr);
    struct stat facts = {};
    if (!open || ::fstat(handle, &facts) != 0) {
        if (errno != ENOENT)
            m_leftOut.add(LeftOut::Unreadable, keyBase);
        return true;
    }
    const std::pair<quint64, quint64> identity(facts.st_dev, facts.st_ino);
    if (m_seen.contains(identity))
        return true; // a circle
    m_seen.insert(identity);
    if (folder != m_start && ::faccessat(handle, exportMarker, F_OK, 0) == 0) {
        m_leftOut.add(LeftOut::ExportFolder, keyBase);
        return true;
    }
    m_folders.append({folder, QDateTime::fromMSecsSinceEpoch(qint64(facts.st_mtim.tv_sec) * 1000 +
                                                             facts.st_mtim.tv_nsec / 1000000)});
    if (!keyBase.isEmpty())
        keyBase += QLatin1Char('/');

    QStringList names;
    QStringList below;
    m_paired.clear();
    while (const dirent *entry = ::readdir(open.get())) {
        const QByteArrayView raw(entry->d_name, qsizetype(qstrlen(entry->d_name)));
        if (raw == "." || raw == "..")
            continue;
        const QString name = pathFromNative(raw.toByteArray());
        const Type type = typeOf(handle, *entry);
        if (type == Type::Folder || type == Type::LinkToFolder) {
            if (takesFolder(folder, keyBase + name, name, type))
                below.append(folder.endsWith(QLatin1Char('/')) ? folder + name
                                                               : folder % QLatin1Char('/') % name);
            continue;
        }
        takeFile(keyBase, name, type, names);
        if (names.size() % 1024 == 1023 && cancelled())
            return false;
    }
    if (!m_paired.isEmpty())
        hideSecondFiles(keyBase, names);
    for (const QString &name : std::as_const(names))
        m_keys.append(keyBase % name);
    for (const QString &path : std::as_const(below)) {
        if (cancelled() || !read(path))
            return false;
    }
    return true;
}

} // namespace birblens
