// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/camera/framerules.h"

#include "core/filepath.h"

#include <QRegularExpression>

#include <algorithm>
#include <array>

namespace birblens {

namespace {

struct SystemFolder
{
    const char *name; ///< whatever its case
    const char *system;
};

// Names that begin with a dot are left out anyway; they stand here to be counted as what they are.
constexpr std::array systemFolders{
    SystemFolder{"@eaDir", "Synology DSM: thumbnails and search index"},
    SystemFolder{"#recycle", "Synology DSM: recycle bin of a shared folder"},
    SystemFolder{"#snapshot", "Synology DSM: snapshots made visible"},
    SystemFolder{"@tmp", "Synology DSM"},
    SystemFolder{"@sharebin", "Synology DSM: folder sharing"},
    SystemFolder{"@Recycle", "QNAP QTS: network recycle bin"},
    SystemFolder{"@Recently-Snapshot", "QNAP QTS: snapshots"},
    SystemFolder{".@__thumb", "QNAP QTS: thumbnails"},
    SystemFolder{".@upload_cache", "QNAP QTS"},
    SystemFolder{".wdmc", "WD My Cloud: thumbnails"},
    SystemFolder{"Network Trash Folder", "Netatalk"},
    SystemFolder{"Temporary Items", "Netatalk"},
    SystemFolder{"TheVolumeSettingsFolder", "Netatalk"},
    SystemFolder{".AppleDouble", "Netatalk: resource forks"},
    SystemFolder{".AppleDB", "Netatalk"},
    SystemFolder{".recycle", "Samba vfs_recycle, TrueNAS, OpenMediaVault"},
    SystemFolder{"trashbox", "Buffalo LinkStation: recycle bin"},
    SystemFolder{"~snapshot", "NetApp ONTAP"},
    SystemFolder{".snapshot", "NetApp ONTAP, Isilon"},
    SystemFolder{".snapshots", "Snapper"},
    SystemFolder{".zfs", "ZFS snapshots"},
    SystemFolder{"$RECYCLE.BIN", "Windows: recycle bin"},
    SystemFolder{"RECYCLER", "Windows 2000 and XP: recycle bin on NTFS"},
    SystemFolder{"RECYCLED", "Windows 98: recycle bin on FAT"},
    SystemFolder{"System Volume Information", "Windows: restore points"},
    SystemFolder{"FOUND.000", "Windows chkdsk: recovered pieces"},
    SystemFolder{"lost+found", "ext2 to ext4: recovered pieces"},
    SystemFolder{"LOST.DIR", "Android: recovered pieces"},
    SystemFolder{".thumbnails", "freedesktop.org thumbnails, Android"},
    SystemFolder{".thumbs", "file managers"},
    SystemFolder{".Trash", "freedesktop.org trash"},
    SystemFolder{".Trashes", "macOS: trash of a volume"},
    SystemFolder{".Spotlight-V100", "macOS: search index"},
    SystemFolder{".fseventsd", "macOS: log of changes"},
    SystemFolder{".TemporaryItems", "macOS"},
    SystemFolder{".DocumentRevisions-V100", "macOS: versions"},
    SystemFolder{"__MACOSX", "macOS Archive Utility: resource forks in a ZIP"},
    SystemFolder{"thumbs", "Frigate (clips/thumbs) and galleries: thumbnails"},
    SystemFolder{"thumbnails", "galleries: thumbnails"},
};

struct Ending
{
    const char *text; ///< of the name without its last suffix, whatever its case
    const char *source;
};

constexpr std::array thumbnailEndings{
    // `im_0001_20160630_143001.jpg.i0001.th.jpg`, i: image, v: video, t: time lapse
    // (github.com/silvanmelchior/RPi_Cam_Web_Interface, www/config.php)
    Ending{".th", "RPi Cam Web Interface"},
    Ending{"_thumb", "MotionEye add-ons, Piwigo, phpBB galleries"},
    Ending{"-thumb", "the same with a dash"},
    Ending{".thumb", "the same with a dot"},
    Ending{" thumb", "the same with a space"},
    Ending{"_thumbnail", "web galleries"},
    Ending{"-thumbnail", "web galleries"},
    Ending{".thumbnail", "web galleries"},
    Ending{"_thumbs", "web galleries"},
};

constexpr std::array thumbnailBeginnings{
    Ending{"SYNOPHOTO_THUMB_", "Synology Photo Station"},
    Ending{"SYNOFILE_THUMB_", "Synology File Station"},
    Ending{"thumb_", "CarrierWave, LightZone and other uploaders"},
    Ending{"thumbnail_", "web galleries"},
};

/** The file beside that has one of these endings; empty when there is none. */
QString besideWith(const QString &stem, const QSet<QString> &beside,
                   std::initializer_list<const char *> suffixes)
{
    for (const char *suffix : suffixes) {
        const QString name = stem + QLatin1String(suffix);
        if (beside.contains(name))
            return name;
    }
    return {};
}

const QRegularExpression &sizedCopy()
{
    static const QRegularExpression pattern(QStringLiteral("^(.+)-[1-9]\\d{1,3}x[1-9]\\d{1,3}$"));
    return pattern;
}

} // namespace

bool isSystemFolder(QStringView name)
{
    // `.Trash-1000`: the trash of one user on a volume (freedesktop.org trash specification)
    if (name.startsWith(QLatin1String(".Trash-")))
        return true;
    return std::any_of(systemFolders.begin(), systemFolders.end(),
                       [name](const SystemFolder &known) {
                           return name.compare(QLatin1String(known.name), Qt::CaseInsensitive) == 0;
                       });
}

bool isThumbnailName(QStringView fileName)
{
    const QStringView stem = stemOf(fileName);
    const auto named = [](const auto &table, auto matches) {
        return std::any_of(table.begin(), table.end(), matches);
    };
    return named(thumbnailEndings,
                 [stem](const Ending &ending) {
                     return stem.size() > qsizetype(qstrlen(ending.text)) &&
                            stem.endsWith(QLatin1String(ending.text), Qt::CaseInsensitive);
                 }) ||
           named(thumbnailBeginnings, [stem](const Ending &beginning) {
               return stem.startsWith(QLatin1String(beginning.text), Qt::CaseInsensitive);
           });
}

bool mayBeOfPair(QStringView fileName)
{
    const QStringView stem = stemOf(fileName);
    if (stem.endsWith(QLatin1String("-clean")) || stem.endsWith(QLatin1String("-analyse")))
        return true;
    const qsizetype dash = stem.lastIndexOf(QLatin1Char('-'));
    return dash > 0 && stem.mid(dash).contains(QLatin1Char('x')) && stem.back().isDigit();
}

std::optional<FilePair> pairOf(const QString &fileName, const QSet<QString> &beside)
{
    const QString stem = stemOf(fileName).toString();
    const QString suffix = fileName.mid(stem.size());
    // Frigate keeps the snapshot with boxes drawn into it and a clean copy (docs.frigate.video,
    // configuration of snapshots: clean_copy); PNG, WebP since 0.16.
    if (stem.endsWith(QLatin1String("-clean")) &&
        (suffix == QLatin1String(".png") || suffix == QLatin1String(".webp"))) {
        const QString base = stem.chopped(6);
        if (suffix == QLatin1String(".webp") && beside.contains(stem + QStringLiteral(".png")))
            return FilePair{stem + QStringLiteral(".png"), fileName};
        if (const QString drawn = besideWith(base, beside, {".jpg", ".webp", ".png"});
            !drawn.isEmpty())
            return FilePair{fileName, drawn};
    }
    // ZoneMinder draws motion into a second copy (zoneminder.readthedocs.io, Storage: "Frames +
    // Analysis images").
    if (stem.endsWith(QLatin1String("-analyse"))) {
        const QString capture = stem.chopped(8) + QStringLiteral("-capture") + suffix;
        if (beside.contains(capture))
            return FilePair{capture, fileName};
    }
    // WordPress writes `NAME-150x150.jpg` beside `NAME.jpg` (wp_get_attachment_image sizes).
    if (const auto match = sizedCopy().match(stem); match.hasMatch()) {
        const QString full = match.captured(1) + suffix;
        if (beside.contains(full))
            return FilePair{full, fileName, true};
    }
    return std::nullopt;
}

} // namespace birblens
